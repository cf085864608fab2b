package baton.scripts.relay;

import baton.protocol.Position;
import java.util.List;
import java.util.SplittableRandom;

/** Where workers are killed: drawn from a seed among the positions that an unbroken run reached. */
public final class Cuts {
  private Cuts() {}

  /**
   * Draws positions in their order, each at most once, none of the last twentieth: there is
   * something left to train after each.
   *
   * @throws IllegalArgumentException if there are not so many
   */
  public static List<Position> drawnFrom(long seed, List<Position> reached, int count) {
    int choices = reached.size() - 1 - reached.size() / 20;
    if (count > choices) {
      throw new IllegalArgumentException(
          "%d batches are too few to be cut %d times".formatted(reached.size(), count));
    }
    return new SplittableRandom(seed)
        .ints(0, choices)
        .distinct()
        .limit(count)
        .sorted()
        .mapToObj(reached::get)
        .toList();
  }

  /** Whether a worker killed here dies within an epoch. */
  public static boolean isMidEpoch(Position position) {
    return position.batch() != 0;
  }
}
