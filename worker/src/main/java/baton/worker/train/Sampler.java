package baton.worker.train;

import java.util.Arrays;

/**
 * The order in which one epoch visits the training examples: a permutation divided into batches,
 * with random access. The last batch is smaller if the examples do not divide evenly.
 */
final class Sampler {
  private final int[] order;
  private final int batchSize;

  Sampler(int examples, int batchSize, long seed) {
    this.order = new SplitMix64(seed).permutation(examples);
    this.batchSize = batchSize;
  }

  static int batches(int examples, int batchSize) {
    if (examples < 1) {
      throw new IllegalArgumentException("an epoch takes at least one example, not " + examples);
    }
    return (examples - 1) / batchSize + 1;
  }

  /** The examples of the batch {@code index}, counted from zero. */
  int[] batch(int index) {
    int batches = batches(order.length, batchSize);
    if (index < 0 || index >= batches) {
      throw new IndexOutOfBoundsException(
          "an epoch of %d batches has no batch %d".formatted(batches, index));
    }
    int from = index * batchSize;
    int to = index + 1 == batches ? order.length : from + batchSize;
    return Arrays.copyOfRange(order, from, to);
  }
}
