package baton.protocol.client;

import baton.protocol.AfterCommit;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.util.Optional;

/**
 * The answer to a commit.
 *
 * @param head digest of the new head
 * @param segmentEnd where to train to; present exactly when {@code next} is TRAIN_ON
 * @param verified who compared the files with the manifest
 */
public record Committed(
    Sha256 head, AfterCommit next, Optional<Position> segmentEnd, Verified verified) {
  public Committed {
    if (segmentEnd.isPresent() != (next == AfterCommit.TRAIN_ON)) {
      throw new IllegalArgumentException("a segment's end is told to who trains on");
    }
  }
}
