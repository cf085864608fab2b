package baton.coordinator.lease;

import baton.protocol.Ask;
import baton.protocol.Fence;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Instant;
import java.util.Optional;

/**
 * Gives the lease back with an error (R11): an error of the program counts against the job, an
 * error of the machine bars its kind of device for a while.
 */
public record Fail(Fence fence, Sha256 secretHash, Trouble trouble) implements Command {
  /**
   * The job is paused after this many times {@code sessionsToFail} errors at one head, even if each
   * is a different one.
   */
  private static final int DIFFERENT_ERRORS = 3;

  public Fail {
    if (trouble.rejected().isPresent()) {
      throw new IllegalArgumentException("a checkpoint that is corrupt or gone fails no program");
    }
  }

  @Override
  public Decision decide(Job job, Instant now) {
    return Holder.refuse(job, fence, secretHash)
        .orElseGet(
            () ->
                trouble.kind() == Trouble.Kind.MACHINE
                    ? ofMachine(job, trouble, now)
                    : ofProgram(job, now));
  }

  static Decision ofMachine(Job job, Trouble trouble, Instant now) {
    Ask ask = job.lease().orElseThrow().ask();
    Instant until = now.plus(job.spec().policy().barFor());
    return job.change()
        .budget(job.budget().barred(ask.device(), trouble, until, now))
        .endLease(LeaseEnd.MACHINE_ERROR, now)
        .row(
            new History.Event(
                History.Event.Kind.MACHINE_ERROR,
                "%s on %s: %s %s"
                    .formatted(ask.worker(), ask.device(), trouble.message(), trouble.remedy()),
                now))
        .answer(new Outcome.Released());
  }

  private Decision ofProgram(Job job, Instant now) {
    Ask ask = job.lease().orElseThrow().ask();
    Budget budget = job.budget().failed(ask.session(), trouble.message());
    Change change =
        job.change()
            .budget(budget)
            .endLease(LeaseEnd.FAILED, now)
            .row(
                new History.Event(
                    History.Event.Kind.FAILED,
                    "failed on %s: %s".formatted(ask.worker(), trouble.message()),
                    now));
    int most = job.spec().policy().sessionsToFail();
    if (budget.sessionsWith(trouble.message()) >= most) {
      change.state(JobState.FAILED, trouble.message() + " " + trouble.remedy());
    } else if (budget.failures().size() >= DIFFERENT_ERRORS * most) {
      Endings.pause(
          change,
          "%d sessions failed at the same head, each in its own way; the last: %s"
              .formatted(budget.failures().size(), trouble.message()),
          now);
    }
    return change.answer(new Outcome.Released());
  }

  @Override
  public Optional<String> repeatKey() {
    return Optional.of("release/%s/%s".formatted(fence, secretHash));
  }
}
