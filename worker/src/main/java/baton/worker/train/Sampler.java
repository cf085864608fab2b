package baton.worker.train;

import java.util.Arrays;

/**
 * The order in which one epoch visits the training examples: a permutation cut into batches, any of
 * which can be asked for first. The last batch is smaller if the examples do not divide evenly.
 */
final class Sampler {
  private final int[] order;
  private final int batchSize;

  Sampler(int examples, int batchSize, long seed) {
    this.order = new SplitMix64(seed).permutation(examples);
    this.batchSize = batchSize;
  }

  static int batches(int examples, int batchSize) {
    return (examples + batchSize - 1) / batchSize;
  }

  /** The examples of the batch {@code index}, counted from zero. */
  int[] batch(int index) {
    int from = index * batchSize;
    if (index < 0 || from >= order.length) {
      throw new IndexOutOfBoundsException(
          "an epoch of %d batches has no batch %d"
              .formatted(batches(order.length, batchSize), index));
    }
    return Arrays.copyOfRange(order, from, Math.min(from + batchSize, order.length));
  }
}
