package baton.protocol.message;

import baton.protocol.Checkpoint;
import baton.protocol.Data;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * A job as {@code GET /v1/jobs/{job}} shows it; in lists and in status its {@code spec} is without
 * the data, whose files may be many.
 *
 * @param data what the job trains on, in short; absent: what the program brings along
 * @param reason why it is in this state, if there is more to say than the state
 * @param certificate whether the head is exact; absent while there is no head
 * @param latest the newest measurement up to the head
 * @param notices what a person should know, and what to do about it
 * @param etaSeconds estimated time to completion; absent while there is nothing to estimate it from
 * @param acceptChange whether a person accepts, once, that a program other than the one that made
 *     the head goes on from it; absent means no
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobView(
    JobId id,
    String state,
    String reason,
    JobSubmission spec,
    DataView data,
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
   * What a job trains on, in short.
   *
   * @param files how many
   * @param bytes of all of them
   * @param digest as manifests have it
   */
  public record DataView(String name, int files, long bytes, Sha256 digest) {
    public static DataView of(Data data) {
      return new DataView(data.name(), data.files().size(), data.bytes(), data.digest());
    }
  }

  /**
   * Whether the head's state is that of a run that was never interrupted.
   *
   * @param verdict {@code EXACT}, {@code EQUIVALENT}, {@code UNSURE} or {@code UNKNOWN}
   * @param sentence the same in words, with the reason
   * @param since the position at which the numeric profile first changed; absent if it did not
   * @param fence of the lease that took over there
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CertificateView(
      String verdict,
      String sentence,
      Position since,
      Fence fence,
      List<DifferenceView> differences) {}

  /** A fact of the numeric profile that differs; absent on the side that does not have it. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DifferenceView(String fact, String before, String after) {}

  /**
   * The live lease.
   *
   * @param ttlMs how long until the job may be given to another worker; zero if the lease has run
   *     out
   * @param saving how often the holder saves, and why, as of the last renewal
   * @param position as of the last renewal; not committed yet
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
