package baton.worker.train;

import baton.worker.segment.TroubleException;

/**
 * The hyper-parameters of the loop itself, the same for all networks of a job.
 *
 * @param accumulate the number of batches whose gradients make one update
 * @param ema the decay of the weights' moving average; 0: there is none
 * @param patience the number of epochs without improvement that end training; 0: no limit
 * @param prefetch the number of threads that load examples ahead of training
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
