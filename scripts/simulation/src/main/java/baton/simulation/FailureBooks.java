package baton.simulation;

import baton.coordinator.lease.Budget;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Fail;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Lease;
import baton.protocol.Ask;
import baton.protocol.SessionId;
import baton.protocol.Trouble;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The referee's record of a job's failures: lost leases, errors, and barred devices (R11). */
final class FailureBooks {
  private final InvariantReport whistle;
  private int lostInARow;
  private final Map<String, Set<SessionId>> errorsAtHead = new HashMap<>();
  private final Set<SessionId> failedIn = new HashSet<>();
  private final Map<String, Instant> barredUntil = new HashMap<>();

  FailureBooks(InvariantReport whistle) {
    this.whistle = whistle;
  }

  /**
   * A lease was granted.
   *
   * @param record the coordinator's wall clock, by which devices are barred
   */
  void granted(Ask ask, Instant record) {
    whistle.require(!failedIn.contains(ask.session()), "R11", "given again to who failed it");
    Instant until = barredUntil.getOrDefault(ask.device(), Instant.MIN);
    whistle.require(!record.isBefore(until), "R11", "given to a barred device");
  }

  void headMoved() {
    lostInARow = 0;
    errorsAtHead.clear();
  }

  /** A person has resumed the job: all counts start again. */
  void resumed() {
    headMoved();
    failedIn.clear();
    barredUntil.clear();
  }

  /** A backup was restored, which remembers less. */
  void restored(Budget budget) {
    resumed();
    lostInARow = budget.lostInARow();
    failedIn.addAll(budget.avoidedSessions());
    budget.failures().forEach(failure -> noteError(failure.message(), failure.session()));
  }

  private void noteError(String message, SessionId session) {
    errorsAtHead.computeIfAbsent(message, m -> new HashSet<>()).add(session);
  }

  void lost() {
    lostInARow++;
  }

  /** Called after a lease was lost, once the rest of that change is recorded. */
  void requirePausedIfLostTooOften(Job after) {
    whistle.require(
        lostInARow < after.spec().policy().lostInARow() || after.state() == JobState.PAUSED,
        "R11",
        "too many leases lost in a row and not paused");
  }

  void changed(Job before, Job after, Command command, Instant record) {
    if (command instanceof Fail fail && before.lease().isPresent()) {
      note(fail.trouble(), before.lease().get(), before, record);
    }
    if (after.state() == JobState.FAILED && before.state() != JobState.FAILED) {
      int most = errorsAtHead.values().stream().mapToInt(Set::size).max().orElse(0);
      whistle.require(
          command instanceof Fail && most >= after.spec().policy().sessionsToFail(),
          "R11",
          "failed after the same error from too few sessions");
    }
  }

  private void note(Trouble trouble, Lease lease, Job job, Instant record) {
    if (trouble.kind() == Trouble.Kind.PROGRAM) {
      failedIn.add(lease.ask().session());
      noteError(trouble.message(), lease.ask().session());
    } else {
      barredUntil.put(lease.ask().device(), record.plus(job.spec().policy().barFor()));
    }
  }
}
