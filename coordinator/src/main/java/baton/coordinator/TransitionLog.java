package baton.coordinator;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Fail;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Reject;
import baton.coordinator.lease.Release;
import baton.coordinator.lease.Renew;
import baton.coordinator.lease.Stall;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.Transitions;
import baton.protocol.AfterCommit;
import baton.protocol.JobId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The door for all transitions, with a line in the log for each that went through. */
final class TransitionLog implements Transitions {
  private static final Logger LOG = LoggerFactory.getLogger("baton");

  private final Transitions door;
  private final JobStore jobs;
  private final Executor io;

  /**
   * @param io where names are looked up
   */
  TransitionLog(Transitions door, JobStore jobs, Executor io) {
    this.door = door;
    this.jobs = jobs;
    this.io = io;
  }

  @Override
  public CompletionStage<Outcome> submit(Submit submit) {
    return door.submit(submit)
        .whenComplete(
            (outcome, failure) -> {
              if (outcome instanceof Outcome.Submitted) {
                LOG.info(
                    "{}: submitted as {}, {} for {} epochs",
                    submit.spec().name(),
                    submit.id(),
                    submit.spec().program(),
                    submit.spec().epochs());
              }
            });
  }

  @Override
  public CompletionStage<Outcome> apply(JobId job, Command command, BooleanSupplier stillCounts) {
    return door.apply(job, command, stillCounts)
        .whenComplete(
            (outcome, failure) -> {
              if (outcome != null && LOG.isInfoEnabled()) {
                line(command, outcome).ifPresent(line -> tellSoon(job, line));
              }
            });
  }

  @Override
  public Outcome preview(Job job, Command command) {
    return door.preview(job, command);
  }

  private void tellSoon(JobId job, String line) {
    try {
      io.execute(() -> tell(job, line));
    } catch (RejectedExecutionException e) { // the coordinator stops
      LOG.info("{}: {}", job, line);
    }
  }

  private void tell(JobId job, String line) {
    String name = jobs.find(job).map(found -> found.spec().name()).orElse(job.value());
    LOG.info("{}: {}", name, line);
  }

  private static Optional<String> line(Command command, Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused) {
      return command instanceof Renew || command instanceof Acquire
          ? Optional.empty()
          : Optional.of(refused.why() + ": " + refused.detail());
    }
    if (outcome instanceof Outcome.Granted granted && command instanceof Acquire acquire) {
      String lost = acquire.ranOut().map(fence -> "lease " + fence + " ran out; ").orElse("");
      return Optional.of(
          "%slease %s to %s on %s, from %s to %s"
              .formatted(
                  lost,
                  granted.fence(),
                  acquire.ask().worker(),
                  acquire.ask().device(),
                  granted.segment().from(),
                  granted.segment().to()));
    }
    if (outcome instanceof Outcome.Committed committed && command instanceof Commit commit) {
      String next = committed.next() == AfterCommit.COMPLETE ? "; complete" : "";
      return Optional.of(
          "lease %s committed %s%s"
              .formatted(commit.fence(), commit.checkpoint().position(), next));
    }
    if (command instanceof Release release) {
      return Optional.of("lease %s released".formatted(release.fence()));
    }
    if (command instanceof Fail fail) {
      return Optional.of("lease %s failed: %s".formatted(fail.fence(), fail.trouble().message()));
    }
    if (command instanceof Reject reject) {
      return Optional.of(
          "lease %s found its head corrupt: %s"
              .formatted(reject.fence(), reject.trouble().message()));
    }
    if (command instanceof Stall stall) {
      return Optional.of("lease %s stalled in phase %s".formatted(stall.fence(), stall.phase()));
    }
    if (outcome instanceof Outcome.Now now) {
      return Optional.of("is now " + now.state());
    }
    return Optional.empty();
  }
}
