package baton.protocol;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a job keeps besides its newest checkpoints, and how much space everything kept may take. The
 * head and its parent are always kept (R13).
 *
 * @param best keep the checkpoint with the best value of a metric; empty to keep none for that
 * @param everyEpochs keep the checkpoint at the end of every n-th epoch; empty to keep none for
 *     that
 * @param bytes the most that all kept checkpoints may take together; a file that two of them share
 *     counts twice; empty for no limit
 */
public record Retention(Optional<Best> best, Optional<Integer> everyEpochs, Optional<Long> bytes) {
  /** Only the newest are kept. */
  public static final Retention NEWEST_ONLY =
      new Retention(Optional.empty(), Optional.empty(), Optional.empty());

  /** Whether a high or a low value of a metric is good. */
  public enum Goal {
    MIN,
    MAX
  }

  /** The metric by which checkpoints are compared. */
  public record Best(String metric, Goal goal) {
    private static final int LONGEST = 100;

    public Best {
      if (metric.isBlank() || metric.length() > LONGEST) {
        throw new IllegalArgumentException(
            "the metric of keepBest is a name of at most " + LONGEST + " characters");
      }
    }

    /**
     * The checkpoint's value of the metric: the last finite one since its parent; empty if there is
     * none.
     */
    public OptionalDouble score(List<Measurement> measurements) {
      for (int i = measurements.size() - 1; i >= 0; i--) {
        Double value = measurements.get(i).values().get(metric);
        if (value != null && Double.isFinite(value)) {
          return OptionalDouble.of(value);
        }
      }
      return OptionalDouble.empty();
    }

    public boolean isBetter(double one, double other) {
      return goal == Goal.MIN ? one < other : one > other;
    }
  }

  public Retention {
    if (everyEpochs.filter(every -> every < 1).isPresent()) {
      throw new IllegalArgumentException("keepEvery counts epochs from 1");
    }
    if (bytes.filter(most -> most < 1).isPresent()) {
      throw new IllegalArgumentException("keepBytes must be at least 1");
    }
  }

  /** Whether {@code position} is the end of an epoch that {@code everyEpochs} keeps. */
  public boolean isMilestone(Position position) {
    return position.batch() == 0
        && everyEpochs.filter(every -> position.epoch() % every == 0).isPresent();
  }
}
