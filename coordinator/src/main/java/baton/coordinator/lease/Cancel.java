package baton.coordinator.lease;

import java.time.Instant;

/** Ends a job, and its lease at once. */
public record Cancel() implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    if (job.state() == JobState.CANCELLED) {
      return Decision.unchanged(new Outcome.Now(JobState.CANCELLED));
    }
    if (job.state() == JobState.COMPLETE) {
      return Decision.refused(
          Refusal.JOB_OVER, job.spec().name() + " is complete; there is nothing to cancel.");
    }
    Change change = job.change();
    if (job.lease().isPresent()) {
      change.endLease(LeaseEnd.CANCELLED, now);
    }
    return change
        .state(JobState.CANCELLED, "cancelled by a person")
        .row(new History.Event(History.Event.Kind.CANCELLED, "cancelled by a person", now))
        .answer(new Outcome.Now(JobState.CANCELLED));
  }
}
