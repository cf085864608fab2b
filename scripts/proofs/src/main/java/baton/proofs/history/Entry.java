package baton.proofs.history;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * One line of a history. All times are microseconds of one monotonic clock, which starts with the
 * history; docs/reference/cluster-history.md describes every field.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "entry")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Entry.Call.class, name = "call"),
  @JsonSubTypes.Type(value = Entry.Heard.class, name = "heard"),
  @JsonSubTypes.Type(value = Entry.Disturbance.class, name = "disturbance"),
  @JsonSubTypes.Type(value = Entry.Remains.class, name = "remains")
})
public sealed interface Entry {

  /** What a request asks for. */
  enum Op {
    SUBMIT,
    ACQUIRE,
    RENEW,
    COMMIT,
    RELEASE,
    PAUSE,
    RESUME
  }

  /** The outcome of a request. */
  enum Outcome {
    /** It was acknowledged. */
    OK,
    /** It was refused: it changed nothing. */
    REFUSED,
    /** No answer, or a 503: it may or may not have been carried out. */
    UNKNOWN
  }

  /**
   * One request of one client and its answer. A repeated request is a separate call, except when
   * the client itself turns to the next member because one does not answer. Absent fields are null.
   *
   * @param sent taken before the request leaves for the first member
   * @param answered taken once the answer has arrived, or the client has given up
   * @param digest the digest of a commit's manifest, or of the secret in a request for a lease
   * @param ttlMs what remains of the lease, counted from {@code sent} plus {@code waitedMs}
   * @param next the answer to a commit
   * @param refusal the type of the problem
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Call(
      Op op,
      String client,
      long sent,
      long answered,
      Outcome outcome,
      JobId job,
      Fence fence,
      SessionId session,
      Position position,
      Sha256 parent,
      Sha256 digest,
      Long ttlMs,
      Long waitedMs,
      String next,
      String refusal)
      implements Entry {

    boolean is(Op wanted, Outcome came) {
      return op == wanted && outcome == came;
    }

    /** Whether it changed the job and was acknowledged; a renewal changes nothing. */
    boolean isAcknowledgedTransition() {
      return outcome == Outcome.OK && op != Op.RENEW && job != null;
    }

    /** The earliest time at which the lease may run out, for an answer with a ttl. */
    long liveUntil() {
      return sent + 1_000 * (ttlMs + waitedMs);
    }
  }

  /**
   * One event that a watcher received.
   *
   * @param watcher the watcher that received it
   * @param member the member that sent it
   * @param number the number of the event
   */
  record Heard(
      String watcher, String member, long at, long number, JobId job, String kind, String text)
      implements Entry {}

  /**
   * A fault that was injected into the cluster.
   *
   * @param kind {@code kill}, {@code freeze}, {@code restart}, {@code cut}
   * @param what in words, such as {@code member-2} or {@code member-1 -> database}
   */
  record Disturbance(String kind, String what, long from, long until) implements Entry {}

  /** The final state of a job, as a coordinator reports it after the load has ended. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Remains(
      JobId job,
      String name,
      String state,
      Fence fence,
      Sha256 head,
      List<Segment> segments,
      List<Checkpoint> checkpoints)
      implements Entry {

    /** A row of the job's segments; {@code ended} is null while the lease is live. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Segment(Fence fence, SessionId session, Position from, String ended) {}

    /** A row of the job's checkpoints, in the order of their commits. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Checkpoint(Sha256 digest, Sha256 parent, Position position, Fence fence) {}
  }
}
