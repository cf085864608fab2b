package baton.worker.train;

import baton.worker.segment.TroubleException;

/**
 * The hyper-parameters of the loop itself, the same for all networks of a job.
 *
 * @param accumulate batches whose gradients make one update
 * @param ema how much of the average of the weights stays at each update; 0: none is made
 * @param patience epochs without a better evaluation after which training ends; 0: it does not
 * @param prefetch threads that load examples ahead of training
 */
record LoopSettings(int batchSize, int accumulate, double ema, int patience, int prefetch) {
  private static final int MOST_THREADS = 32;

  static LoopSettings of(Parameters parameters) throws TroubleException {
    return new LoopSettings(
        parameters.count("batchSize", 32),
        parameters.count("accumulate", 1),
        parameters.fraction("ema", 0),
        parameters.atLeast(0, "patience", 0),
        parameters.between(0, MOST_THREADS, "prefetch", 0));
  }
}
