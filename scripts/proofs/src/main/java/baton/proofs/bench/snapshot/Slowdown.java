package baton.proofs.bench.snapshot;

import baton.proofs.bench.Spread;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The whole cost of one save for a training: the copy, and the slowdown while files are written,
 * hashed and stored in the background.
 *
 * <p>Blocks of equally many steps are trained in pairs, one with a save at its start and one
 * without, in alternating order. A block is longer than its save, so the difference is the whole
 * cost of a save, however rare saves are.
 *
 * @param cost milliseconds by which a block with a save is longer
 * @param block milliseconds of a block without a save
 * @param save milliseconds until a save was stored
 * @param late how many saves outlasted their block, and so cost more than was measured
 */
record Slowdown(int steps, Spread cost, Spread block, Spread save, int late) {

  static Slowdown measure(Run run, Saver saver, Duration length, int pairs) throws Exception {
    int steps = stepsIn(run, length);
    block(run, saver, steps, true);
    double[] costs = new double[pairs];
    double[] blocks = new double[pairs];
    double[] saves = new double[pairs];
    int late = 0;
    for (int pair = 0; pair < pairs; pair++) {
      boolean saveFirst = pair % 2 == 0;
      Block first = block(run, saver, steps, saveFirst);
      Block second = block(run, saver, steps, !saveFirst);
      Block with = saveFirst ? first : second;
      Block without = saveFirst ? second : first;
      costs[pair] = with.millis - without.millis;
      blocks[pair] = without.millis;
      saves[pair] = with.saveMillis;
      late += with.saveMillis > with.millis ? 1 : 0;
    }
    return new Slowdown(steps, Spread.of(costs), Spread.of(blocks), Spread.of(saves), late);
  }

  /** The slowdown in percent at this interval of saves; NaN if a save outlasted its block. */
  double percent(Duration every) {
    return late > 0 ? Double.NaN : 100 * cost.mean() / every.toMillis();
  }

  /** The error of {@link #percent}, with 95 % confidence. */
  double percentSure(Duration every) {
    return 100 * cost.sure() / every.toMillis();
  }

  private record Block(double millis, double saveMillis) {}

  private static int stepsIn(Run run, Duration length) throws Exception {
    int steps = 0;
    long end = System.nanoTime() + length.toNanos();
    while (System.nanoTime() < end) {
      run.step();
      steps++;
    }
    return steps;
  }

  private static Block block(Run run, Saver saver, int steps, boolean saves) throws Exception {
    CompletableFuture<Duration> save = CompletableFuture.completedFuture(Duration.ZERO);
    long begun = System.nanoTime();
    for (int step = 0; step < steps; step++) {
      if (saves && step == 0) {
        Snapshot snapshot = run.snapshot();
        save = saver.save(snapshot);
      }
      run.step();
    }
    double millis = (System.nanoTime() - begun) / 1e6;
    return new Block(millis, save.join().toNanos() / 1e6);
  }
}
