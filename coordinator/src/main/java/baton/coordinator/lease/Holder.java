package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.Sha256;
import java.util.Optional;

/**
 * Checks that a request comes from the holder of the live lease: it must bear its fence and its
 * secret (R3).
 */
final class Holder {
  private Holder() {}

  /**
   * The refusal of a request under {@code fence}; empty if it comes from the holder of the live
   * lease.
   */
  static Optional<Decision> refuse(Job job, Fence fence, Sha256 secretHash) {
    if (fence.compareTo(job.fence()) > 0 || fence.equals(Fence.NONE)) {
      return Optional.of(
          Decision.refused(
              Refusal.UNKNOWN_FENCE,
              "No lease %s of %s was ever granted.".formatted(fence, job.spec().name())));
    }
    if (job.lease().filter(lease -> lease.fence().equals(fence)).isEmpty()) {
      return Optional.of(
          Decision.refused(
              Refusal.STALE_FENCE,
              "Lease %s of %s has ended (the job is %s). Stop, and ask for a new lease."
                  .formatted(fence, job.spec().name(), job.state())));
    }
    if (!job.lease().orElseThrow().isHeldBy(fence, secretHash)) {
      return Optional.of(
          Decision.refused(
              Refusal.FOREIGN_SECRET,
              "This is not the secret lease %s was granted to.".formatted(fence)));
    }
    return Optional.empty();
  }
}
