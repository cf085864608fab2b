package baton.protocol.message;

import baton.protocol.AfterCommit;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.util.Optional;

/**
 * The answer to a commit.
 *
 * @param head digest of the new head
 * @param next what the holder does next
 * @param segmentEnd where the segment ends that it trains next; absent unless {@code next} is
 *     TRAIN_ON
 * @param verified who compared the files with the manifest: the coordinator, or the worker alone
 */
public record CommitAnswer(Sha256 head, AfterCommit next, Position segmentEnd, Verified verified) {
  public CommitAnswer {
    if ((segmentEnd != null) != (next == AfterCommit.TRAIN_ON)) {
      throw new IllegalArgumentException("a segment's end is told to who trains on");
    }
  }

  /** Where the next segment ends; present exactly when {@code next} is TRAIN_ON. */
  public Optional<Position> trainTo() {
    return Optional.ofNullable(segmentEnd);
  }
}
