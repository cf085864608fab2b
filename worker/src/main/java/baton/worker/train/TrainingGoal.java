package baton.worker.train;

import java.util.Locale;

/** The metric by which one epoch is better than another, such as the highest accuracy. */
public record TrainingGoal(String metric, Direction direction) {
  static final String LOSS = "loss";

  /** Which values are better. */
  public enum Direction {
    HIGHEST,
    LOWEST
  }

  public static TrainingGoal highest(String metric) {
    return new TrainingGoal(metric, Direction.HIGHEST);
  }

  public static TrainingGoal lowest(String metric) {
    return new TrainingGoal(metric, Direction.LOWEST);
  }

  boolean isBetter(double value, double than) {
    return direction == Direction.HIGHEST ? value > than : value < than;
  }

  /** As part of a sentence: {@code highest accuracy}. */
  String describe() {
    return direction.name().toLowerCase(Locale.ROOT) + " " + metric;
  }

  /** The name of the metric with the best value so far, such as {@code accuracy.highest}. */
  String bestName() {
    return metric + "." + direction.name().toLowerCase(Locale.ROOT);
  }

  /** The name of the metric with the epoch of that value. */
  String epochName() {
    return bestName() + "Epoch";
  }
}
