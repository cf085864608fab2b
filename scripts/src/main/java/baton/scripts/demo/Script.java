package baton.scripts.demo;

import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What is to go wrong, and at which positions of the job: drawn from a seed, not from the clock,
 * since an epoch takes a third of a second.
 *
 * @param kills where the worker that holds the lease is killed, in their order
 * @param coordinatorKill where the coordinator is killed
 * @param status where the status is asked for with {@code curl}
 */
record Script(int epochs, List<Position> kills, Position coordinatorKill, Position status) {
  static final int BATCHES_PER_EPOCH = 45;
  private static final double FIRST_KILL = 0.4;
  private static final double LAST_KILL = 0.95;

  /** How many sessions end as planned before the first is killed. */
  static final int PLANNED_ENDS = 2;

  static Script drawnFrom(long seed, int kills, int epochs) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Position> positions = new ArrayList<>();
    double share = (LAST_KILL - FIRST_KILL) / kills;
    for (int i = 0; i < kills; i++) {
      double where = FIRST_KILL + share * (i + 0.8 * random.nextDouble());
      positions.add(new Position((int) (where * epochs), random.nextInt(5, BATCHES_PER_EPOCH - 5)));
    }
    Position middle = new Position((int) (0.55 * epochs), random.nextInt(BATCHES_PER_EPOCH));
    return new Script(epochs, positions, middle, Position.ofEpochs((int) (0.65 * epochs)));
  }

  /** How many epochs a session that ends as planned has to train. */
  double epochsOfPlannedSession() {
    return epochs * 0.12;
  }

  int segmentEpochs() {
    return Math.max(2, epochs / 4);
  }
}
