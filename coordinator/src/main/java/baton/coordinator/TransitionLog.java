package baton.coordinator;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Fail;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Release;
import baton.coordinator.lease.Renew;
import baton.coordinator.lease.ReportCorrupt;
import baton.coordinator.lease.Stall;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.TransitionListener;
import baton.protocol.AfterCommit;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a line for each transition, in the order of the decisions. Job names are looked up on
 * another thread, so that requests do not wait.
 */
final class TransitionLog implements TransitionListener {
  private static final Logger LOG = LoggerFactory.getLogger("baton");
  private static final int MOST_WAITING = 10_000;

  private final JobStore jobs;
  private final Executor io;
  private final Queue<Line> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicBoolean isTelling = new AtomicBoolean();

  /**
   * @param io runs the look-up of names
   */
  TransitionLog(JobStore jobs, Executor io) {
    this.jobs = jobs;
    this.io = io;
  }

  private record Line(JobId job, String text) {}

  @Override
  public void submitted(Submit submit) {
    JobSpec spec = submit.spec();
    tellSoon(
        submit.id(),
        "submitted as %s, %s for %d epochs".formatted(submit.id(), spec.program(), spec.epochs()));
  }

  @Override
  public void answered(JobId job, Command command, Outcome outcome) {
    if (LOG.isInfoEnabled()) {
      line(command, outcome).ifPresent(line -> tellSoon(job, line));
    }
  }

  private void tellSoon(JobId job, String text) {
    if (!waiting.offer(new Line(job, text))) {
      LOG.info(
          "{}: {}", job,
          text); // the name cannot be looked up: better a line out of order than none
    } else if (isTelling.compareAndSet(false, true)) {
      try {
        io.execute(() -> tellAll(this::name));
      } catch (RejectedExecutionException e) { // the coordinator is stopping
        tellAll(JobId::value);
      }
    }
  }

  /** Only one thread at a time logs, so that no line overtakes another. */
  private void tellAll(Function<JobId, String> name) {
    do {
      try {
        for (Line line; (line = waiting.poll()) != null; ) {
          LOG.info("{}: {}", name.apply(line.job), line.text);
        }
      } finally {
        isTelling.set(false);
      }
    } while (!waiting.isEmpty() && isTelling.compareAndSet(false, true));
  }

  private String name(JobId job) {
    try {
      return jobs.find(job).map(found -> found.spec().name()).orElse(job.value());
    } catch (StoreUnavailable e) {
      return job.value();
    }
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
    if (command instanceof ReportCorrupt reject) {
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
