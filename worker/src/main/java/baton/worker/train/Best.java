package baton.worker.train;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * The best evaluation so far.
 *
 * @param epoch the number of epochs that were done at that evaluation
 */
record Best(TrainingGoal goal, double value, int epoch) {
  private static final MathContext DIGITS = new MathContext(4);

  /** The better of this evaluation and the newer one; if they are equal, this one. */
  Best or(double newValue, int newEpoch) {
    return goal.isBetter(newValue, value) ? new Best(goal, newValue, newEpoch) : this;
  }

  /**
   * The reason to end training after {@code epochs} epochs; empty if it continues.
   *
   * @param patience the number of epochs without improvement that end training; 0: no limit
   */
  Optional<String> reasonToEnd(int epochs, int patience) {
    if (patience == 0 || epochs - epoch < patience) {
      return Optional.empty();
    }
    return Optional.of(
        "%s no better than %s (epoch %d) for %d epochs"
            .formatted(goal.metric(), brief(value), epoch, epochs - epoch));
  }

  private static String brief(double number) {
    return new BigDecimal(number).round(DIGITS).stripTrailingZeros().toPlainString();
  }
}
