package baton.worker.train;

/**
 * The learning rate as a pure function of the number of previous updates: it has no state to save,
 * and is the same on every machine ({@link StrictMath}).
 */
sealed interface LearningRateSchedule {
  float at(long updatesDone);

  /** Always the same rate. */
  record Constant(float rate) implements LearningRateSchedule {
    @Override
    public float at(long updatesDone) {
      return rate;
    }
  }

  /** A rate that is multiplied by {@code factor} after every {@code every} updates. */
  record Stepped(float rate, long every, double factor) implements LearningRateSchedule {
    public Stepped {
      if (every < 1) {
        throw new IllegalArgumentException("a step takes at least one update, not " + every);
      }
    }

    @Override
    public float at(long updatesDone) {
      return (float) (rate * StrictMath.pow(factor, updatesDone / every));
    }
  }

  /**
   * A rate that rises linearly over the first {@code warmUp} updates, and then falls along half a
   * cosine to zero at {@code total} updates.
   */
  record Cosine(float rate, long warmUp, long total) implements LearningRateSchedule {
    public Cosine {
      if (warmUp < 0 || total < 1) {
        throw new IllegalArgumentException(
            "a warm-up of %d in %d updates cannot be".formatted(warmUp, total));
      }
    }

    @Override
    public float at(long updatesDone) {
      if (updatesDone < warmUp) {
        return (float) (rate * (double) (updatesDone + 1) / warmUp);
      }
      if (updatesDone >= total) {
        return 0f;
      }
      double way = (double) (updatesDone - warmUp) / (total - warmUp);
      return (float) (rate * 0.5 * (1 + StrictMath.cos(StrictMath.PI * way)));
    }
  }
}
