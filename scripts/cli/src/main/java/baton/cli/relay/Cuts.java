package baton.cli.relay;

import baton.cli.relay.PlannedKill.Head;
import baton.protocol.Position;
import java.util.ArrayList;
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

  /**
   * Kills at positions drawn like these, so that one of the next workers goes on from an epoch's
   * end, and one from within an epoch if there are positions within; the others from anywhere.
   *
   * @param count at least 2
   * @throws IllegalArgumentException if there are not so many, or no epoch ends before the last
   */
  public static List<PlannedKill> planned(long seed, List<Position> reached, int count) {
    List<Position> cuts = new ArrayList<>(drawnFrom(seed, reached, count));
    int last = reached.get(reached.size() - 1).epoch();
    if (cuts.stream().noneMatch(at -> endsBefore(last, at))) {
      cuts.set(0, drawnEarly(seed, reached, last));
    }
    Position atEnd = cuts.stream().filter(at -> endsBefore(last, at)).findFirst().orElseThrow();
    Position within = cuts.stream().filter(at -> at != atEnd).findFirst().orElseThrow();
    boolean isWithin = reached.stream().anyMatch(Cuts::isMidEpoch);
    Head midEpoch = isWithin ? Head.MID_EPOCH : Head.MOVED;
    return cuts.stream()
        .map(
            at ->
                new PlannedKill(
                    at, at == atEnd ? Head.EPOCH_END : at == within ? midEpoch : Head.ANYWHERE))
        .toList();
  }

  /** Whether the epoch that is under way at a position, and the whole training after it, ends. */
  private static boolean endsBefore(int lastEpoch, Position at) {
    return at.epoch() + 1 < lastEpoch;
  }

  private static Position drawnEarly(long seed, List<Position> reached, int lastEpoch) {
    List<Position> early = reached.stream().filter(at -> endsBefore(lastEpoch, at)).toList();
    if (early.isEmpty()) {
      throw new IllegalArgumentException("no epoch ends before the last one");
    }
    return early.get(new SplittableRandom(seed).nextInt(early.size()));
  }

  /** Whether a worker killed here dies within an epoch. */
  public static boolean isMidEpoch(Position position) {
    return position.batch() != 0;
  }
}
