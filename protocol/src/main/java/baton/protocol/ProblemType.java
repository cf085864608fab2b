package baton.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The kinds of error a coordinator answers with; each has one name on the wire, one status and one
 * title.
 */
public enum ProblemType {
  MALFORMED_REQUEST(400, "The request is not well-formed"),
  INVALID_REQUEST(422, "The request breaks the contract"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body is not JSON"),
  BODY_TOO_LARGE(413, "The body is too large"),
  HEADER_TOO_LARGE(431, "The head of the request is too large"),
  TOO_SLOW(408, "The request did not come in time"),
  UNKNOWN_PATH(404, "There is nothing at this path"),
  WRONG_METHOD(405, "This path knows another method"),
  WRONG_TOKEN(401, "The token is missing or not one of this coordinator's"),
  WRONG_ROLE(403, "The token is of another role"),

  UNKNOWN_JOB(404, "There is no such job"),
  NAME_TAKEN(409, "Another job has this name"),
  KEY_REUSED(422, "The Idempotency-Key was used for another job"),
  JOB_OVER(409, "The job is over"),
  NOTHING_LEFT(409, "Every kept checkpoint was rejected"),

  STALE_FENCE(409, "The lease has ended"),
  UNKNOWN_FENCE(404, "This lease was never granted"),
  FOREIGN_SECRET(403, "The lease was granted to another"),
  LEASE_HELD(409, "The job is leased to another"),
  SESSION_HOLDS_LEASE(409, "The session holds a lease already"),
  LEASE_ENDED(410, "The lease granted to this request has ended"),
  NOT_WAITING(409, "The job wants no lease"),
  NOT_ELIGIBLE(409, "The worker cannot have this job"),

  STALE_PARENT(409, "The commit does not extend the head"),
  POSITION_NOT_LATER(409, "The commit is not after the head"),
  POSITION_BEYOND_END(422, "The commit lies beyond the job's end"),
  FOREIGN_MANIFEST(422, "The manifest was written under another lease"),
  MANIFEST_UNREADABLE(422, "The manifest cannot be read"),
  MANIFEST_MISMATCH(422, "The manifest is not that of the commit"),
  FILE_MISSING(422, "A file of the checkpoint is not in the store"),
  FILE_DIFFERENT(422, "A file of the checkpoint differs from its manifest"),
  COMMIT_UNCHECKED(503, "The store cannot be read to check the commit"),
  NOT_YOURS(403, "The lease has no business there"),
  NOTHING_LENT(503, "The coordinator has no access to lend"),

  DATABASE_UNAVAILABLE(503, "The coordinator's database cannot answer"),
  CUT_OFF(503, "The coordinator is cut off from its cluster"),
  TOO_BUSY(503, "The coordinator serves as many as it can"),
  NOT_READY(503, "The coordinator is starting or stopping"),
  FAULT(500, "The coordinator has a fault");

  private static final String NAMESPACE = "urn:baton:";

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The {@code type} of the problem document; it never changes. */
  public String urn() {
    return NAMESPACE + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The type with this URN; empty if it is not one of Baton's, or one of a newer Baton. */
  public static Optional<ProblemType> of(String urn) {
    return Arrays.stream(values()).filter(type -> type.urn().equals(urn)).findFirst();
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }
}
