package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.TroubleException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An update rule with its state: one counter of updates for the whole job, and slots by the name of
 * the weight they belong to, such as {@code 01Conv2d_weight.mean}. Unlike DJL's optimizers, all of
 * it can be saved and restored.
 */
final class Optimizer {
  static final String FILE = "optimizer.safetensors";

  private final Tuning tuning;
  private final SortedMap<String, NDArray> weights;
  private final NDManager manager;
  private final SortedMap<String, NDArray> slots = new TreeMap<>();
  private long updates;

  Optimizer(Tuning tuning, SortedMap<String, NDArray> weights, NDManager manager) {
    this.tuning = tuning;
    this.weights = weights;
    this.manager = manager;
    weights.forEach(
        (name, weight) -> {
          for (String slot : tuning.rule().slots()) {
            slots.put(slotName(name, slot), manager.zeros(weight.getShape(), weight.getDataType()));
          }
        });
  }

  /** The number of updates since the job began. */
  long updates() {
    return updates;
  }

  SortedMap<String, NDArray> slots() {
    return Collections.unmodifiableSortedMap(slots);
  }

  void restore(Map<String, Tensor> saved, long updatesDone) throws TroubleException {
    Tensors.requireFit(FILE, slots, saved);
    slots.replaceAll(
        (name, fresh) -> {
          NDArray restored = Tensors.load(manager, saved.get(name), fresh.getDataType());
          fresh.close();
          return restored;
        });
    updates = updatesDone;
  }

  /**
   * Moves all weights along the gradients of the last backward pass, in name order, and zeroes
   * those.
   *
   * @param scope closed by the caller when the batch is done
   * @return the gradients' global norm, or 0 if they are not clipped; if it is not a finite number,
   *     nothing was moved
   */
  double update(NDManager scope) {
    SortedMap<String, NDArray> gradients = new TreeMap<>();
    weights.forEach(
        (name, weight) -> {
          NDArray gradient = weight.getGradient();
          gradient.attach(scope);
          gradients.put(name, gradient);
        });
    boolean clipped = Double.isFinite(tuning.clipNorm());
    double norm = clipped ? GlobalNorm.of(gradients.values()) : 0;
    if (!Double.isFinite(norm)) {
      return norm;
    }
    float rescale = clipped ? GlobalNorm.rescale(norm, tuning.clipNorm()) : 1f;
    float rate = tuning.schedule().at(updates);
    updates++;
    gradients.forEach(
        (name, gradient) ->
            tuning
                .rule()
                .apply(weights.get(name), gradient, slotsOf(name), rate, rescale, updates));
    return norm;
  }

  private List<NDArray> slotsOf(String weight) {
    List<NDArray> own = new ArrayList<>();
    for (String slot : tuning.rule().slots()) {
      own.add(slots.get(slotName(weight, slot)));
    }
    return own;
  }

  private static String slotName(String weight, String slot) {
    return weight + "." + slot;
  }
}
