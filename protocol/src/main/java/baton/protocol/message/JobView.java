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
 * @param certificate what may be said of the head's state; absent while there is no head
 * @param latest the newest measurement up to the head
 * @param notices what a person should know, each with what would help
 * @param etaSeconds estimated time to completion; absent while there is nothing to tell it from
 * @param acceptChange whether a person accepts that another program than made the head goes on from
 *     it, once; absent: no
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
    CertificateView certificate,
    LeaseView lease,
    Measurement latest,
    List<String> notices,
    Instant submittedAt,
    Long etaSeconds,
    Boolean acceptChange) {

  /**
   * What may be said of the head's state, compared with a run that was never interrupted.
   *
   * @param verdict {@code EXACT}, {@code EQUIVALENT}, {@code UNSURE} or {@code UNKNOWN}
   * @param sentence the same for people, with the reason
   * @param since where the chain's numeric profile changed first; absent if it did not
   * @param fence of the lease that took over there
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CertificateView(
      String verdict,
      String sentence,
      Position since,
      Fence fence,
      List<DifferenceView> differences) {}

  /** A fact of the numeric profile that differs; the side that does not name it is absent. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DifferenceView(String fact, String before, String after) {}

  /**
   * The live lease.
   *
   * @param ttlMs what remains until it may be given to another; zero: it has run out
   * @param saving how often the holder saves, and why, as of the last renewal
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
      String saving,
      Instant grantedAt) {}
}
