package baton.worker.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An exponential moving average of all weights, running statistics included; it is evaluated in
 * their place.
 */
final class Averages {
  static final String PREFIX = "ema.";

  private final double decay;
  private final Weights weights;
  private final NDManager manager;
  private final SortedMap<String, NDArray> averages = new TreeMap<>();

  Averages(double decay, Weights weights, NDManager manager) {
    this.decay = decay;
    this.weights = weights;
    this.manager = manager;
    weights.all().forEach((name, weight) -> averages.put(PREFIX + name, weight.duplicate()));
  }

  SortedMap<String, NDArray> tensors() {
    return Collections.unmodifiableSortedMap(averages);
  }

  /**
   * Updates the averages after a weight update. The first updates count more, since the average
   * starts from the random initial weights.
   *
   * @param updates the number of updates done so far
   */
  void follow(long updates) {
    double stays = Math.min(decay, (1.0 + updates) / (10.0 + updates));
    weights
        .all()
        .forEach(
            (name, weight) -> {
              try (NDArray step = weight.mul((float) (1 - stays))) {
                averages.get(PREFIX + name).muli((float) stays).addi(step);
              }
            });
  }

  /** Returns a parameter store that gives blocks the averages in place of their weights. */
  ParameterStore store() {
    Map<String, String> names = weights.namesById();
    return new ParameterStore(manager, false) {
      @Override
      public NDArray getValue(Parameter parameter, Device device, boolean training) {
        return averages.get(PREFIX + names.get(parameter.getId()));
      }
    };
  }
}
