package baton.worker.segment;

import baton.protocol.Checkpoint;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StoreException;
import baton.worker.segment.ReleasePlan.Keep;
import java.util.Optional;

/**
 * Decides what a failure of the store means for a lease: to try again (empty), or to give it back
 * with a failure. Access, quota and network errors are never corruption (R3).
 */
final class StoreFailurePolicy {
  private final StoreFailureLimit limit = new StoreFailureLimit();

  void over() {
    limit.restored();
  }

  /**
   * The head could not be fetched.
   *
   * @param goneBefore whether this session found it gone in an earlier lease too, so that it is not
   *     just visible late
   */
  Optional<ReleasePlan> ofRestore(
      StoreException.Kind kind, String message, Checkpoint head, boolean goneBefore, Moment now) {
    limit.failed(now);
    return switch (kind) {
      case CORRUPT -> Optional.of(corrupt(head, message));
      case GONE ->
          Optional.of(
              goneBefore
                  ? givingUp(SegmentFailures.gone(head.digest(), message))
                  : ReleasePlan.turnOver());
      case FULL -> Optional.of(givingUp(SegmentFailures.full(message)));
      case MACHINE -> Optional.of(givingUp(SegmentFailures.ofMachine(message)));
      case UNREACHABLE, EXISTS -> onceLimitReached(kind, SegmentFailures.unreachable(message), now);
    };
  }

  /** A save failed; training goes on meanwhile. */
  Optional<ReleasePlan> ofSave(StoreException.Kind kind, String message, Moment now) {
    limit.failed(now);
    Trouble trouble =
        switch (kind) {
          case FULL -> SegmentFailures.full(message);
          case MACHINE -> SegmentFailures.ofMachine(message);
          case UNREACHABLE, EXISTS, GONE, CORRUPT -> SegmentFailures.unreachable(message);
        };
    return onceLimitReached(kind, trouble, now);
  }

  /** The coordinator found that the store does not hold what was saved. */
  Optional<ReleasePlan> ofCheck(String sentence, Moment now) {
    limit.failed(now);
    return onceLimitReached(StoreException.Kind.CORRUPT, SegmentFailures.unsound(sentence), now);
  }

  private Optional<ReleasePlan> onceLimitReached(
      StoreException.Kind kind, Trouble trouble, Moment now) {
    return limit.isReached(kind, now) ? Optional.of(givingUp(trouble)) : Optional.empty();
  }

  private static ReleasePlan corrupt(Checkpoint head, String message) {
    return givingUp(Trouble.corrupt(head.digest(), message));
  }

  private static ReleasePlan givingUp(Trouble trouble) {
    return ReleasePlan.failed(trouble, Keep.UPLOADED);
  }
}
