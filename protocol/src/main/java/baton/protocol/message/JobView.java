package baton.protocol.message;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.StoreId;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * A job as {@code GET /v1/jobs/{job}} shows it.
 *
 * @param reason why it is in this state, where there is more to say than the state
 * @param latest the newest measurement up to the head
 * @param notices what a person should know, each with what would help
 * @param etaSeconds estimated time to completion; absent while there is nothing to tell it from
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobView(
    JobId id,
    String state,
    String reason,
    JobSubmission spec,
    StoreId store,
    Fence fence,
    Checkpoint head,
    LeaseView lease,
    Measurement latest,
    List<String> notices,
    Instant submittedAt,
    Long etaSeconds) {

  /**
   * The live lease.
   *
   * @param ttlMs what remains until it may be given to another; zero: it has run out
   * @param position as of the last renewal, not yet durable
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LeaseView(
      Fence fence,
      SessionId session,
      String worker,
      String device,
      Segment segment,
      long ttlMs,
      Phase phase,
      Position position,
      Double loss,
      Instant grantedAt) {}
}
