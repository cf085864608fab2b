package baton.proofs.crash;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import java.util.Optional;

/** A transition that the coordinator has acknowledged: from here on it must be there (R4). */
sealed interface Acknowledged {
  JobId job();

  /** A job was made. */
  record Submitted(JobId job, String name) implements Acknowledged {}

  /**
   * A lease was granted.
   *
   * @param askedAt when the request was first sent, by the ledger's count
   * @param answeredAt when its answer was there, by the same count
   */
  record Granted(
      JobId job,
      Fence fence,
      Sha256 secretHash,
      SessionId session,
      Segment segment,
      long askedAt,
      long answeredAt)
      implements Acknowledged {}

  /** The head was moved; {@code complete}: to the job's end. */
  record Committed(
      JobId job,
      Fence fence,
      Sha256 digest,
      Optional<Sha256> parent,
      Position position,
      boolean complete)
      implements Acknowledged {}

  /** A lease was given back. */
  record Released(JobId job, Fence fence) implements Acknowledged {}

  /** A person's word on a job, the {@code at}-th thing counted by the ledger. */
  record Steered(JobId job, boolean paused, long at) implements Acknowledged {}
}
