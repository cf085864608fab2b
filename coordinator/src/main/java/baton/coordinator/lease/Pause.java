package baton.coordinator.lease;

import baton.protocol.Fence;
import java.time.Instant;
import java.util.Optional;

/**
 * Pauses a job; a live lease's holder may commit until it releases or its time runs out.
 *
 * @param ranOut the fence of the live lease, if it was seen to have run out; it then ends at once
 */
public record Pause(Optional<Fence> ranOut) implements Command {
  private static final String WHY = "paused by a person";

  @Override
  public Decision decide(Job job, Instant now) {
    return switch (job.state()) {
      case WAITING -> pause(job.change(), JobState.PAUSED, now);
      case RUNNING -> {
        Change change = job.change();
        boolean lost = ranOut.equals(Optional.of(job.fence()));
        if (lost) {
          Endings.lost(change, job, now);
        }
        yield pause(change, lost ? JobState.PAUSED : JobState.PAUSING, now);
      }
      case PAUSING, PAUSED -> Decision.unchanged(new Outcome.Now(job.state()));
      case COMPLETE, FAILED, CANCELLED ->
          Decision.refused(
              Refusal.JOB_OVER,
              job.spec().name() + " cannot be paused: it is " + job.state().inWords() + ".");
    };
  }

  private static Decision pause(Change change, JobState state, Instant now) {
    return change
        .state(state, WHY)
        .row(new History.Event(History.Event.Kind.PAUSED, WHY, now))
        .answer(new Outcome.Now(state));
  }
}
