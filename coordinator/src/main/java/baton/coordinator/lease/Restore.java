package baton.coordinator.lease;

import baton.protocol.Fence;
import java.time.Instant;

/**
 * Takes a job up from a back-up: its leases end, and its fences go on above all that the lost time
 * may have granted (R2).
 *
 * @param incarnation the larger of the highest seen in database and store plus one, and Unix
 *     seconds
 */
public record Restore(long incarnation) implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    if (incarnation <= job.fence().incarnation()) {
      throw new IllegalArgumentException(
          "incarnation %d is not above %d".formatted(incarnation, job.fence().incarnation()));
    }
    Change change = job.change();
    if (job.lease().isPresent()) {
      change.endLease(LeaseEnd.RESTORED, now);
    }
    return change
        .fence(Fence.beforeIncarnation(incarnation))
        .row(
            new History.Event(
                History.Event.Kind.RESTORED, "restored as incarnation " + incarnation, now))
        .answer(new Outcome.Now(job.state().withoutLease()));
  }
}
