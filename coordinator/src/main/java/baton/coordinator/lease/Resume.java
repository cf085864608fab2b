package baton.coordinator.lease;

import java.time.Instant;
import java.util.Optional;

/**
 * Lets a paused job go on, or a failed one try again, and forgets what went wrong before. It also
 * does that for a waiting job, so that a person who repaired a machine need not wait until its bar
 * is over.
 *
 * @param acceptChange whether, once, a script, arguments or files other than those that made the
 *     head may go on from it; without a head there is nothing to accept
 * @param key drawn by the client, so that a repeat does not accept a second change; empty if none
 */
public record Resume(boolean acceptChange, Optional<String> key) implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    if (job.hasNothingLeft() && job.state() != JobState.CANCELLED) {
      return Decision.refused(
          Refusal.NOTHING_LEFT,
          "Every kept checkpoint of %s was found corrupt, and it never starts again from the seed by"
                  .formatted(job.spec().name())
              + " itself. Cancel it and submit it again.");
    }
    boolean accepts = acceptChange && job.head().isPresent() && !job.acceptChange();
    return switch (job.state()) {
      case PAUSED, FAILED -> resume(job, JobState.WAITING, accepts, now);
      case PAUSING -> resume(job, JobState.RUNNING, accepts, now);
      case WAITING ->
          job.budget().equals(Budget.UNTOUCHED) && !accepts
              ? Decision.unchanged(new Outcome.Now(JobState.WAITING))
              : resume(job, JobState.WAITING, accepts, now);
      case RUNNING ->
          accepts
              ? resume(job, JobState.RUNNING, true, now)
              : Decision.unchanged(new Outcome.Now(JobState.RUNNING));
      case COMPLETE, CANCELLED ->
          Decision.refused(
              Refusal.JOB_OVER,
              job.spec().name() + " cannot be resumed: it is " + job.state().inWords() + ".");
    };
  }

  private static Decision resume(Job job, JobState state, boolean accepts, Instant now) {
    return job.change()
        .budget(Budget.UNTOUCHED)
        .state(state)
        .acceptChange(accepts || job.acceptChange())
        .row(
            new History.Event(
                History.Event.Kind.RESUMED,
                "resumed by a person"
                    + (accepts ? ", who accepts another script, other arguments or files" : ""),
                now))
        .answer(new Outcome.Now(state));
  }

  @Override
  public Optional<String> repeatKey() {
    return key.map(drawn -> "resume/" + drawn);
  }
}
