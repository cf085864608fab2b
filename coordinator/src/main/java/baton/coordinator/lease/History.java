package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Measurement;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.time.Instant;
import java.util.List;

/** A row of a job's history, written in one transaction with the job. */
public sealed interface History {
  Instant at();

  /** A lease began a segment: by its grant, or under the same fence after a commit at the end. */
  record SegmentStarted(
      Fence fence, SessionId session, String worker, String device, Segment segment, Instant at)
      implements History {
    static SegmentStarted of(Lease lease, Instant at) {
      return new SegmentStarted(
          lease.fence(),
          lease.ask().session(),
          lease.ask().worker(),
          lease.ask().device(),
          lease.segment(),
          at);
    }
  }

  /** The current segment of this fence ended. */
  record SegmentEnded(Fence fence, LeaseEnd why, Instant at) implements History {}

  /** The head moved to a new checkpoint. */
  record CheckpointCommitted(
      Checkpoint checkpoint,
      SessionId session,
      Verified verified,
      List<Measurement> measurements,
      Instant at)
      implements History {}

  /** A checkpoint is no longer a target of rollback. */
  record CheckpointMarked(Sha256 digest, Mark mark, Instant at) implements History {
    /** What became of a checkpoint. */
    public enum Mark {
      /** Its files may be deleted; its manifest stays (R13). */
      PRUNED,
      /** It was proven corrupt (R3) and is kept as it is. */
      REJECTED
    }
  }

  /** Something a person wants to know, in a sentence. */
  record Event(Kind kind, String text, Instant at) implements History {
    /** What an event is about. */
    public enum Kind {
      SUBMITTED,
      GRANTED,
      COMMITTED,
      PROFILE_CHANGED,
      RELEASED,
      LOST,
      STALLED,
      FAILED,
      MACHINE_ERROR,
      ACCUSED,
      ROLLED_BACK,
      PAUSED,
      RESUMED,
      CANCELLED,
      COMPLETE,
      RESTORED,
      PRUNED
    }
  }
}
