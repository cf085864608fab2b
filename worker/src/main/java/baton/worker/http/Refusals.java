package baton.worker.http;

import baton.protocol.ProblemType;
import baton.protocol.client.ProblemException;
import baton.worker.segment.WorkerRefusal;
import java.util.Optional;

/** Maps a coordinator's problems to what they mean to a session. */
final class Refusals {
  private static final int SERVER_ERROR = 500;
  private static final int TOO_MANY_REQUESTS = 429;

  private Refusals() {}

  /** The refusal; empty if the problem may pass, so that the request is retried. */
  static Optional<WorkerRefusal> of(ProblemException problem) {
    return problem.type().map(Refusals::of).orElseGet(() -> byStatus(problem.status()));
  }

  static Optional<WorkerRefusal> of(ProblemType type) {
    return switch (type) {
      case STALE_FENCE, UNKNOWN_FENCE, FOREIGN_SECRET, LEASE_ENDED, JOB_OVER, UNKNOWN_JOB ->
          Optional.of(WorkerRefusal.LEASE_ENDED);
      case SESSION_HOLDS_LEASE, LEASE_HELD, NOT_WAITING, NOT_ELIGIBLE ->
          Optional.of(WorkerRefusal.LEASE_HELD);
      case FILE_MISSING, FILE_DIFFERENT -> Optional.of(WorkerRefusal.UNSOUND);
      case STALE_PARENT, POSITION_NOT_LATER -> Optional.of(WorkerRefusal.OUT_OF_STEP);
      case WRONG_TOKEN, WRONG_ROLE -> Optional.of(WorkerRefusal.TOKEN);
      case COMMIT_UNCHECKED,
          NOTHING_LENT,
          DATABASE_UNAVAILABLE,
          NOT_READY,
          TOO_BUSY,
          TOO_SLOW,
          CUT_OFF,
          FAULT ->
          Optional.empty();
      case MALFORMED_REQUEST,
          INVALID_REQUEST,
          UNSUPPORTED_MEDIA_TYPE,
          BODY_TOO_LARGE,
          HEADER_TOO_LARGE,
          UNKNOWN_PATH,
          WRONG_METHOD,
          NAME_TAKEN,
          KEY_REUSED,
          NOTHING_LEFT,
          NOT_YOURS,
          POSITION_BEYOND_END,
          FOREIGN_MANIFEST,
          MANIFEST_UNREADABLE,
          MANIFEST_MISMATCH ->
          Optional.of(WorkerRefusal.MALFORMED);
    };
  }

  private static Optional<WorkerRefusal> byStatus(int status) {
    boolean mayPass = status >= SERVER_ERROR || status == TOO_MANY_REQUESTS;
    return mayPass ? Optional.empty() : Optional.of(WorkerRefusal.MALFORMED);
  }
}
