package baton.worker.train;

import baton.protocol.Position;

/**
 * The source of all randomness of a job: seeds that depend only on the job's seed, a purpose and a
 * position in the training. No generator has state that a checkpoint would have to save, so a
 * resumed run draws the same numbers as an unbroken one.
 *
 * <p>A seed is made of words, such as (job seed, purpose, epoch, batch): {@code h = 0}, then for
 * each word {@code h = mix((h ^ word) + 0x9E3779B97F4A7C15)}, where {@code mix} is the output
 * function of SplitMix64. Words of different purposes never share a seed by construction, only by a
 * 64-bit collision.
 */
public record Seeds(long job) {
  private static final long WEIGHTS = 1;
  private static final long SPLIT = 2;
  private static final long ORDER = 3;
  private static final long BATCH = 4;
  private static final long EXAMPLE = 5;
  private static final long EVALUATION = 6;

  /** For drawing the initial weights. */
  public long weights() {
    return hash(job, WEIGHTS);
  }

  /** For splitting data into training and held-out examples. */
  public long split() {
    return hash(job, SPLIT);
  }

  /** For the order in which an epoch visits the examples. */
  public long order(int epoch) {
    return hash(job, ORDER, epoch);
  }

  /** For the model's randomness, such as dropout, in the batch that begins at {@code position}. */
  public long batch(Position position) {
    return hash(job, BATCH, position.epoch(), position.batch());
  }

  /** For augmenting an example, independent of its thread and batch. */
  public long example(int epoch, int example) {
    return hash(job, EXAMPLE, epoch, example);
  }

  /** For the evaluation after {@code epochs} epochs. */
  public long evaluation(int epochs) {
    return hash(job, EVALUATION, epochs);
  }

  private static long hash(long... words) {
    long hash = 0;
    for (long word : words) {
      hash = SplitMix64.mix((hash ^ word) + SplitMix64.GOLDEN_GAMMA);
    }
    return hash;
  }
}
