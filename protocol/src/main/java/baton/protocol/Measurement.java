package baton.protocol;

import java.util.Map;

/**
 * What was measured at a position, such as the loss of an epoch or the accuracy on the held-out
 * split: finite numbers by name.
 */
public record Measurement(Position position, Map<String, Double> values) {
  public Measurement {
    values = Map.copyOf(values);
    values.forEach(
        (name, value) -> {
          if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("the metric " + name + " is not a finite number");
          }
        });
  }
}
