package baton.scripts.relay;

import baton.protocol.Cadence;
import baton.protocol.Position;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a job is trained.
 *
 * @param cuts where its worker is killed, in their order; empty: never
 * @param onlyAfter what must have been committed before a worker is killed
 * @param leastPerBatch how long a batch takes at least: a worker that trains thousands a second is
 *     done before anyone can kill it
 * @param until where it may be left once a checkpoint there is committed; empty: at its end
 */
public record Plan(
    Cadence cadence,
    List<Position> cuts,
    Committed onlyAfter,
    Optional<Until> until,
    Duration leastPerBatch) {

  /** What must have been committed under the same lease. */
  public enum Committed {
    NOTHING,
    ANYTHING,
    MID_EPOCH
  }

  /**
   * Far enough, whichever comes first.
   *
   * @param batches so many reports of a batch
   * @param position this position
   */
  public record Until(int batches, Optional<Position> position) {
    /** Whether what is committed goes so far; what was only trained does not count. */
    boolean isReached(List<Position> reached, Position committed) {
      return position
          .or(() -> reached.stream().skip(batches - 1L).findFirst())
          .filter(at -> !at.isAfter(committed))
          .isPresent();
    }
  }

  public Plan {
    cuts = List.copyOf(cuts);
  }

  /** In one go, saved at the ends of epochs only. */
  public static Plan unbroken() {
    return new Plan(
        Cadence.EVERY_EPOCH, List.of(), Committed.NOTHING, Optional.empty(), Duration.ZERO);
  }
}
