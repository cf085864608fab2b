package baton.protocol;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a job keeps besides its newest checkpoints, and how much room all it keeps may take. The
 * head and its parent are kept whatever it says (R13).
 *
 * @param best the checkpoint that did best by a metric; empty: none is kept for that
 * @param everyEpochs each checkpoint at the end of an epoch that this number divides; empty: none
 * @param bytes what all kept checkpoints may take together; a file that two of them share counts
 *     twice; empty: as much as there is
 */
public record Retention(Optional<Best> best, Optional<Integer> everyEpochs, Optional<Long> bytes) {
  /** Only the newest are kept. */
  public static final Retention NEWEST_ONLY =
      new Retention(Optional.empty(), Optional.empty(), Optional.empty());

  /** Which end of a metric is the good one. */
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

    /** How a checkpoint did: the last finite value since its parent; empty: there is none. */
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

  /** Whether it keeps the end of each so-manieth epoch, and this is one. */
  public boolean isMilestone(Position position) {
    return position.batch() == 0
        && everyEpochs.filter(every -> position.epoch() % every == 0).isPresent();
  }
}
