package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.Optional;

/**
 * Gives the lease back in good order; its last request.
 *
 * @param sessionEnding whether the session is about to end; otherwise the coordinator asked for the
 *     release
 */
public record Release(Fence fence, Sha256 secretHash, boolean sessionEnding) implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    return Holder.refuse(job, fence, secretHash).orElseGet(() -> accept(job, now));
  }

  private Decision accept(Job job, Instant now) {
    String worker = job.lease().orElseThrow().ask().worker();
    return job.change()
        .endLease(sessionEnding ? LeaseEnd.SESSION_ENDING : LeaseEnd.RELEASED, now)
        .row(
            new History.Event(
                History.Event.Kind.RELEASED,
                "%s released lease %s%s"
                    .formatted(worker, fence, sessionEnding ? ": its session ends" : ""),
                now))
        .answer(new Outcome.Released());
  }

  @Override
  public Optional<String> repeatKey() {
    return Optional.of("release/%s/%s".formatted(fence, secretHash));
  }
}
