package baton.worker.train;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * The best evaluation so far.
 *
 * @param epoch how many epochs were done then
 */
record Best(TrainingGoal goal, double value, int epoch) {
  private static final MathContext DIGITS = new MathContext(4);

  /** This one or the newer one: the first of equals stays. */
  Best or(double newValue, int newEpoch) {
    return goal.isBetter(newValue, value) ? new Best(goal, newValue, newEpoch) : this;
  }

  /**
   * Why training ends after {@code epochs} epochs; empty: it goes on.
   *
   * @param patience for how many epochs nothing need get better; 0: for any number
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
