package baton.coordinator.lease;

import java.time.Instant;

/**
 * Lets a paused job go on, or a failed one try again; what it suffered before is forgiven. So is
 * what a waiting one suffered: a person who mended a machine need not wait until its bar is over.
 */
public record Resume() implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    if (job.hasNothingLeft() && job.state() != JobState.CANCELLED) {
      return Decision.refused(
          Refusal.NOTHING_LEFT,
          "Every kept checkpoint of %s was found corrupt, and it never starts again from the seed by"
                  .formatted(job.spec().name())
              + " itself. Cancel it and submit it anew.");
    }
    return switch (job.state()) {
      case PAUSED, FAILED -> resume(job, JobState.WAITING, now);
      case PAUSING -> resume(job, JobState.RUNNING, now);
      case WAITING ->
          job.budget().equals(Budget.UNTOUCHED)
              ? Decision.unchanged(new Outcome.Now(JobState.WAITING))
              : resume(job, JobState.WAITING, now);
      case RUNNING -> Decision.unchanged(new Outcome.Now(JobState.RUNNING));
      case COMPLETE, CANCELLED ->
          Decision.refused(Refusal.JOB_OVER, "%s is %s.".formatted(job.spec().name(), job.state()));
    };
  }

  private static Decision resume(Job job, JobState state, Instant now) {
    return job.change()
        .budget(Budget.UNTOUCHED)
        .state(state)
        .row(new History.Event(History.Event.Kind.RESUMED, "resumed by a person", now))
        .answer(new Outcome.Now(state));
  }
}
