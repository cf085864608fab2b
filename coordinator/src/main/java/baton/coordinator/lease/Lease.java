package baton.coordinator.lease;

import baton.protocol.Ask;
import baton.protocol.Fence;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import java.time.Instant;

/**
 * The exclusive right to extend the head of one job. It is live until it is ended in the database;
 * a renewal only advises against ending it (R1), so none is recorded here.
 *
 * @param ask the request it was granted to
 * @param segment what the holder trains now
 */
public record Lease(Fence fence, Ask ask, Segment segment, Instant grantedAt) {
  boolean isHeldBy(Fence otherFence, Sha256 secretHash) {
    return fence.equals(otherFence) && ask.secretHash().equals(secretHash);
  }

  Lease withSegment(Segment next) {
    return new Lease(fence, ask, next, grantedAt);
  }
}
