package baton.cli.relay;

import baton.cli.relay.PlannedKill.Head;
import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws, from a seed, where workers are killed, among the positions that an unbroken run reached.
 */
public final class Cuts {
  private Cuts() {}

  /**
   * Draws distinct positions, in order. None is in the last twentieth of the run, so that something
   * is left to train.
   *
   * @throws IllegalArgumentException if there are not enough positions
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
   * Plans kills at positions drawn in the same way. One of the next workers continues from an
   * epoch's end, one from within an epoch if there are such positions, the others from anywhere.
   *
   * @param count at least 2
   * @throws IllegalArgumentException if there are not enough positions, or no epoch ends before the
   *     last
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

  /** Whether the epoch at this position ends before the training does. */
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

  /** Whether the position is within an epoch. */
  public static boolean isMidEpoch(Position position) {
    return position.batch() != 0;
  }
}
