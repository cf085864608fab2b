package baton.proofs.demo;

import baton.protocol.Position;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What goes wrong, and at which positions of the job: drawn from a seed, not from the clock, so
 * that fast and slow machines run the same demo.
 *
 * @param ends where the first sessions are told to end, in an orderly way
 * @param kills where the worker that holds the lease is killed, at the latest one epoch before the
 *     job's end
 * @param coordinatorKill where the coordinator is killed
 * @param status where the status is shown
 */
record DemoPlan(
    int epochs,
    List<Position> ends,
    List<Position> kills,
    Position coordinatorKill,
    Position status) {
  private static final int BATCHES_PER_EPOCH = 45;

  /** Slow enough that the demo keeps up with the workers' output, even on a busy machine. */
  private static final Duration LEAST_TRAINING = Duration.ofSeconds(8);

  private static final List<Double> ENDS = List.of(0.08, 0.16);
  private static final double FIRST_KILL = 0.3;
  private static final double LAST_KILL = 0.95;
  private static final double COORDINATOR_KILL = 0.55;
  private static final double STATUS = 0.7;

  /** At this distance from both ends of its epoch, a kill certainly hits within the epoch. */
  private static final int BATCHES_FROM_THE_ENDS = 5;

  static DemoPlan drawnFrom(long seed, int kills, int epochs) {
    SplittableRandom random = new SplittableRandom(seed);
    double part = (LAST_KILL - FIRST_KILL) / kills;
    return new DemoPlan(
        epochs,
        ENDS.stream().map(share -> at(share, epochs)).toList(),
        IntStream.range(0, kills)
            .mapToDouble(i -> FIRST_KILL + part * (i + 0.8 * random.nextDouble()))
            .mapToObj(share -> new Position((int) (share * (epochs - 1)), midEpoch(random)))
            .sorted()
            .toList(),
        at(COORDINATOR_KILL, epochs),
        at(STATUS, epochs));
  }

  private static Position at(double share, int epochs) {
    int batches = (int) (share * epochs * BATCHES_PER_EPOCH);
    return new Position(batches / BATCHES_PER_EPOCH, batches % BATCHES_PER_EPOCH);
  }

  private static int midEpoch(SplittableRandom random) {
    return random.nextInt(BATCHES_FROM_THE_ENDS, BATCHES_PER_EPOCH - BATCHES_FROM_THE_ENDS);
  }

  /** The least time that a batch of the relay takes. */
  Duration leastPerBatch() {
    return LEAST_TRAINING.dividedBy((long) epochs * BATCHES_PER_EPOCH);
  }

  int segmentEpochs() {
    return Math.max(2, epochs / 4);
  }
}
