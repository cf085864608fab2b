package baton.worker.segment;

import baton.protocol.Checkpoint;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StoreException;
import baton.worker.segment.Leaving.Keep;
import java.util.Optional;

/**
 * What a failure of the store means for a lease: to try again (empty), or to give it back, and with
 * what trouble. Access, quota and network errors are never corruption (R3).
 */
final class Setbacks {
  private final Patience patience = new Patience();

  void over() {
    patience.restored();
  }

  /**
   * The head could not be fetched.
   *
   * @param goneBefore whether this session has found it gone before, and was given it again; so it
   *     is not that it was late
   */
  Optional<Leaving> ofRestore(
      StoreException.Kind kind, String message, Checkpoint head, boolean goneBefore, Moment now) {
    patience.failed(now);
    return switch (kind) {
      case CORRUPT -> Optional.of(corrupt(head, message));
      case GONE ->
          Optional.of(
              goneBefore ? givingUp(Troubles.gone(head.digest(), message)) : Leaving.turnOver());
      case FULL -> Optional.of(givingUp(Troubles.full(message)));
      case MACHINE -> Optional.of(givingUp(Troubles.ofMachine(message)));
      case UNREACHABLE, EXISTS -> onceImpatient(kind, Troubles.unreachable(message), now);
    };
  }

  /** A save came to nothing; training goes on meanwhile. */
  Optional<Leaving> ofSave(StoreException.Kind kind, String message, Moment now) {
    patience.failed(now);
    Trouble trouble =
        switch (kind) {
          case FULL -> Troubles.full(message);
          case MACHINE -> Troubles.ofMachine(message);
          case UNREACHABLE, EXISTS, GONE, CORRUPT -> Troubles.unreachable(message);
        };
    return onceImpatient(kind, trouble, now);
  }

  /** The coordinator found that the store does not hold what was saved. */
  Optional<Leaving> ofCheck(String sentence, Moment now) {
    patience.failed(now);
    return onceImpatient(StoreException.Kind.CORRUPT, Troubles.unsound(sentence), now);
  }

  private Optional<Leaving> onceImpatient(StoreException.Kind kind, Trouble trouble, Moment now) {
    return patience.isOver(kind, now) ? Optional.of(givingUp(trouble)) : Optional.empty();
  }

  private static Leaving corrupt(Checkpoint head, String message) {
    return givingUp(Trouble.corrupt(head.digest(), message));
  }

  private static Leaving givingUp(Trouble trouble) {
    return Leaving.failed(trouble, Keep.UPLOADED);
  }
}
