package baton.coordinator.lease;

import baton.protocol.AfterCommit;
import baton.protocol.Checkpoint;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Verified;
import java.util.Optional;

/** The answer to a command. */
public sealed interface Outcome {
  /** A job was created. */
  record Submitted(JobId job) implements Outcome {}

  /** A lease was granted, or is returned again to its holder. */
  record Granted(JobId job, Fence fence, Segment segment, Optional<Checkpoint> head, StoreId store)
      implements Outcome {}

  /** What the holder, or a former one, is to do. */
  record Renewed(Directive directive, String reason) implements Outcome {}

  /**
   * The head moved.
   *
   * @param segmentEnd where the next segment ends; present exactly when {@code next} is TRAIN_ON
   */
  record Committed(Sha256 head, AfterCommit next, Optional<Position> segmentEnd, Verified verified)
      implements Outcome {
    public Committed {
      if (segmentEnd.isPresent() != (next == AfterCommit.TRAIN_ON)) {
        throw new IllegalArgumentException("a segment's end is told to who trains on");
      }
    }
  }

  /** The lease was given back. */
  record Released() implements Outcome {}

  /** The job is in this state now; it may have been before the command. */
  record Now(JobState state) implements Outcome {}

  /** Nothing changed. */
  record Refused(Refusal why, String detail) implements Outcome {}
}
