package baton.scripts.demo;

import baton.protocol.Position;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What is to go wrong, and at which positions of the job: drawn from a seed, not from the clock,
 * since an epoch takes a third of a second.
 *
 * @param kills where, as shares of what is left once the planned sessions have ended, the worker
 *     that holds the lease is killed; and in which batch of its epoch
 */
record Script(int epochs, List<Kill> kills) {
  static final int BATCHES_PER_EPOCH = 45;

  /** How many sessions end as planned before the first is killed. */
  static final int PLANNED_ENDS = 2;

  private static final double FIRST = 0.15;
  private static final double LAST = 0.95;
  private static final double COORDINATOR = 0.45;
  private static final double STATUS = 0.6;

  /** A kill; never where an epoch ends, so that it hits in mid-epoch. */
  record Kill(double share, int batch) {}

  /** The positions of one performance. */
  record Positions(List<Position> kills, Position coordinatorKill, Position status) {}

  static Script drawnFrom(long seed, int kills, int epochs) {
    SplittableRandom random = new SplittableRandom(seed);
    double part = (LAST - FIRST) / kills;
    return new Script(
        epochs,
        IntStream.range(0, kills)
            .mapToObj(
                i ->
                    new Kill(
                        FIRST + part * (i + 0.8 * random.nextDouble()),
                        random.nextInt(5, BATCHES_PER_EPOCH - 5)))
            .toList());
  }

  /** Where it all happens, given how far the planned sessions came. */
  Positions from(Position reached) {
    return new Positions(
        kills.stream().map(kill -> at(kill.share(), reached, kill.batch())).toList(),
        at(COORDINATOR, reached, BATCHES_PER_EPOCH / 2),
        at(STATUS, reached, 0));
  }

  private Position at(double share, Position reached, int batch) {
    int left = epochs - reached.epoch();
    return new Position(reached.epoch() + (int) (share * left), batch);
  }

  /** How many epochs a session that ends as planned has to train. */
  double epochsOfPlannedSession() {
    return epochs * 0.12;
  }

  int segmentEpochs() {
    return Math.max(2, epochs / 4);
  }
}
