package baton.worker.train;

import baton.protocol.Position;

/**
 * Divides epochs into batches, and batches into groups whose gradients make one update. An epoch
 * ends with an update: its last batch may be smaller, and so may its last group.
 *
 * @param accumulate the number of batches in a group
 */
record BatchPlan(int examples, int batchSize, int accumulate) {
  BatchPlan {
    if (examples < 1) {
      throw new IllegalArgumentException("an epoch takes at least one example, not " + examples);
    }
  }

  static BatchPlan of(MultiNetworkRecipe<?> course, LoopSettings routine) {
    return new BatchPlan(course.examples(), routine.batchSize(), routine.accumulate());
  }

  int batchesPerEpoch() {
    return Sampler.batches(examples, batchSize);
  }

  int updatesPerEpoch() {
    return (batchesPerEpoch() - 1) / accumulate + 1;
  }

  /** The position after the batch that begins at {@code batch}. */
  Position after(Position batch) {
    return batch.batch() + 1 == batchesPerEpoch()
        ? Position.ofEpochs(batch.epoch() + 1)
        : new Position(batch.epoch(), batch.batch() + 1);
  }

  /** Whether gathered gradients wait at this position for the rest of their group. */
  boolean isWithinGroup(Position position) {
    return position.batch() % accumulate != 0;
  }

  /** The fraction of its group's examples that are in the batch of {@code size} examples. */
  double share(Position batch, int size) {
    long first = (long) (batch.batch() / accumulate) * accumulate * batchSize;
    long past = Math.min(examples, first + (long) accumulate * batchSize);
    return (double) size / (past - first);
  }
}
