package baton.coordinator.relay;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.TransitionListener;
import baton.protocol.JobId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** When the stores of jobs are tidied and measured; always beside the requests. */
final class StoreMaintenance implements TransitionListener {
  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

  private final Housekeeping housekeeping;
  private final FreeSpaceMonitor rooms;
  private final Executor io;
  private final Supplier<Duration> ticker;

  /** Found at the start, in stores that were not reached yet: a mount or a bucket comes later. */
  private final Set<JobId> notTakenUp = ConcurrentHashMap.newKeySet();

  private final Set<JobId> due = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean isTidying = new AtomicBoolean();
  private Duration nextLook; // of the thread that ticks

  StoreMaintenance(
      Housekeeping housekeeping, FreeSpaceMonitor rooms, Executor io, Supplier<Duration> ticker) {
    this.housekeeping = housekeeping;
    this.rooms = rooms;
    this.io = io;
    this.ticker = ticker;
    this.nextLook = ticker.get().plus(BETWEEN_LOOKS);
  }

  /**
   * Does what an earlier coordinator may have left undone.
   *
   * @param newest a job may have been completed by the very commit whose deletions were cut short
   */
  void begin(List<Job> open, List<Job> newest) {
    open.forEach(job -> notTakenUp.add(job.id()));
    io.execute(() -> takeUp(open));
    newest.stream()
        .filter(job -> job.state().isOver())
        .forEach(job -> io.execute(() -> housekeeping.tidy(job.id())));
  }

  private void takeUp(List<Job> open) {
    for (Job job : open) {
      if (housekeeping.reaches(job) && notTakenUp.remove(job.id())) {
        io.execute(() -> housekeeping.tidy(job.id()));
        io.execute(() -> housekeeping.sweep(job.id()));
      }
    }
  }

  /** A commit prunes, and fills the store; after a repeat it is done again, to no harm. */
  @Override
  public void answered(JobId job, Command command, Outcome outcome) {
    if (command instanceof Commit && outcome instanceof Outcome.Committed) {
      due.add(job);
      if (isTidying.compareAndSet(false, true)) {
        try {
          io.execute(this::tidyDue);
        } catch (RejectedExecutionException e) {
          return; // the coordinator stops; the next one begins with it
        }
      }
    }
  }

  /** All that have committed meanwhile; behind a store that is slow the next commit begins anew. */
  private void tidyDue() {
    isTidying.set(false); // before the look: whoever comes later is not sure to be seen
    for (JobId job : Set.copyOf(due)) {
      if (due.remove(job) && housekeeping.reaches(job)) {
        housekeeping.tidy(job);
        rooms.look(job);
      }
    }
  }

  /** Others fill a store too, so it is not enough to look after a commit. */
  void look(List<Job> open) {
    if (ticker.get().compareTo(nextLook) < 0) {
      return;
    }
    nextLook = ticker.get().plus(BETWEEN_LOOKS);
    rooms.forgetAllBut(open);
    notTakenUp.retainAll(open.stream().map(Job::id).collect(Collectors.toSet()));
    List<Job> left = open.stream().filter(job -> notTakenUp.contains(job.id())).toList();
    if (!left.isEmpty()) {
      io.execute(() -> takeUp(left));
    }
    open.stream()
        .filter(job -> job.lease().isPresent() && job.begun())
        .forEach(job -> io.execute(() -> rooms.look(job.id())));
  }
}
