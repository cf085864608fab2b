package baton.cli.relay;

import baton.protocol.Position;
import java.util.Optional;

/**
 * When a worker is killed: with the first report at or beyond a position, once the head is where it
 * is wanted, for there the next worker goes on.
 *
 * @param notBefore the position
 * @param head where this worker has moved the head to
 */
public record PlannedKill(Position notBefore, Head head) {

  /** Where a head is. */
  public enum Head {
    /** Anywhere; this worker need not have moved it. */
    ANYWHERE,
    /** Where this worker moved it to, wherever that is. */
    MOVED,
    /** Within an epoch. */
    MID_EPOCH,
    /** At an epoch's end, which is the next one's begin. */
    EPOCH_END;

    /** Whether a head that a worker has moved to {@code committed} is there; empty: to nowhere. */
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
