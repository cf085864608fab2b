package baton.coordinator.lease;

import baton.protocol.Fence;
import java.time.Instant;

/**
 * Ends the lease of a pausing job once it has run out. The lease of a running job stays: running
 * out only permits the next grant, and until then the holder may renew and commit (R9).
 *
 * @param ranOut the fence of the lease that was seen to have run out
 */
public record Expire(Fence ranOut) implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    if (job.state() != JobState.PAUSING || !job.fence().equals(ranOut)) {
      return Decision.unchanged(new Outcome.Now(job.state()));
    }
    Change change = job.change();
    Endings.lost(change, job, now);
    return change.answer(new Outcome.Now(JobState.PAUSED));
  }
}
