package baton.protocol;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was measured at a position, such as the loss of an epoch or the accuracy on the held-out
 * split.
 *
 * @param values numbers by name; a value that is not finite is NaN here and null in JSON
 */
public record Measurement(Position position, @Gaps Map<String, Double> values) {
  public Measurement {
    values =
        values.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey,
                    metric -> Double.isFinite(metric.getValue()) ? metric.getValue() : Double.NaN));
  }
}
