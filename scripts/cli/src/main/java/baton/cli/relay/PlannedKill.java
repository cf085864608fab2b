package baton.cli.relay;

import baton.protocol.Position;
import java.util.Optional;

/**
 * When a worker is killed: at the first report at or beyond a position, once the head is as
 * required, since the next worker continues from the head.
 *
 * @param notBefore the earliest position
 * @param head where this worker must have moved the head
 */
public record PlannedKill(Position notBefore, Head head) {

  /** A condition on the head. */
  public enum Head {
    /** No condition; this worker need not have moved it. */
    ANYWHERE,
    /** This worker has moved it, to anywhere. */
    MOVED,
    /** It is within an epoch. */
    MID_EPOCH,
    /** It is at an epoch's end, which is the beginning of the next. */
    EPOCH_END;

    /**
     * Whether the condition holds if a worker has moved the head to {@code committed}; empty if it
     * has not moved it.
     */
    boolean isAt(Optional<Position> committed) {
      return switch (this) {
        case ANYWHERE -> true;
        case MOVED -> committed.isPresent();
        case MID_EPOCH -> committed.filter(Cuts::isMidEpoch).isPresent();
        case EPOCH_END -> committed.filter(at -> !Cuts.isMidEpoch(at)).isPresent();
      };
    }
  }
}
