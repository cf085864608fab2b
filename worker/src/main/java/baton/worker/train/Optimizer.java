package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An update rule with its state: a counter of updates; slots by the name of their weight, such as
 * {@code 01Conv2d_weight.mean}; and, between the batches of a group, the gradients gathered so far,
 * such as {@code 01Conv2d_weight.gradient}. Unlike DJL's optimizers, it can be saved and restored.
 */
final class Optimizer {
  static final String FILE = "optimizer.safetensors";
  private static final String GRADIENT = "gradient";

  private final Tuning tuning;
  private final SortedMap<String, NDArray> weights;
  private final NDManager manager;
  private final SortedMap<String, NDArray> slots = new TreeMap<>();
  private final SortedMap<String, NDArray> gathered = new TreeMap<>();
  private long updates;

  Optimizer(Tuning tuning, SortedMap<String, NDArray> weights, NDManager manager) {
    this.tuning = tuning;
    this.weights = weights;
    this.manager = manager;
    weights.forEach(
        (name, weight) -> {
          for (String slot : tuning.rule().slots()) {
            slots.put(slotName(name, slot), zeros(weight));
          }
        });
  }

  private NDArray zeros(NDArray weight) {
    return manager.zeros(weight.getShape(), weight.getDataType());
  }

  /** The state for a checkpoint, without the counter; it may be overwritten in place. */
  SortedMap<String, NDArray> slots() {
    SortedMap<String, NDArray> all = new TreeMap<>(slots);
    gathered.forEach((name, gradient) -> all.put(slotName(name, GRADIENT), gradient));
    return Collections.unmodifiableSortedMap(all);
  }

  /** Arrays with the names and shapes of gathered gradients. */
  SortedMap<String, NDArray> likeGathered() {
    SortedMap<String, NDArray> like = new TreeMap<>();
    weights.forEach((name, weight) -> like.put(slotName(name, GRADIENT), weight));
    return like;
  }

  /**
   * Continues from a saved optimizer; the caller then loads the slots' contents.
   *
   * @param withinGroup whether the saved optimizer had gathered gradients
   */
  void resume(long updatesDone, boolean withinGroup) {
    updates = updatesDone;
    if (withinGroup) {
      weights.forEach((name, weight) -> gathered.put(name, zeros(weight)));
    }
  }

  /**
   * Adds the gradients of the last backward pass to those of the group, and zeroes them.
   *
   * @param scope closed by the caller when the batch is done
   */
  void gather(NDManager scope) {
    gradients(scope)
        .forEach(
            (name, gradient) -> {
              gathered.computeIfAbsent(name, n -> zeros(weights.get(n))).addi(gradient);
              JniUtils.zeroGrad((PtNDArray) weights.get(name));
            });
  }

  /**
   * Moves all weights along the gathered gradients, or along those of the last backward pass if
   * there are none, in name order, and zeroes them.
   *
   * @param scope closed by the caller when the batch is done
   * @param rateFactor the factor for the scheduled learning rate
   * @return the gradients' global norm, or 0 if they are not clipped; if it is not finite, no
   *     weight was changed
   */
  double update(NDManager scope, double rateFactor) {
    SortedMap<String, NDArray> gradients = gathered.isEmpty() ? gradients(scope) : group(scope);
    boolean clipped = Double.isFinite(tuning.clipNorm());
    double norm = clipped ? GlobalNorm.of(gradients.values()) : 0;
    if (!Double.isFinite(norm)) {
      return norm;
    }
    float rescale = clipped ? GlobalNorm.rescale(norm, tuning.clipNorm()) : 1f;
    float rate = (float) (tuning.schedule().at(updates) * rateFactor);
    updates++;
    gradients.forEach(
        (name, gradient) ->
            tuning
                .rule()
                .apply(weights.get(name), gradient, slotsOf(name), rate, rescale, updates));
    return norm;
  }

  private SortedMap<String, NDArray> gradients(NDManager scope) {
    SortedMap<String, NDArray> gradients = new TreeMap<>();
    weights.forEach(
        (name, weight) -> {
          NDArray gradient = weight.getGradient();
          gradient.attach(scope);
          gradients.put(name, gradient);
        });
    return gradients;
  }

  private SortedMap<String, NDArray> group(NDManager scope) {
    SortedMap<String, NDArray> group = new TreeMap<>(gathered);
    gathered.clear();
    group.values().forEach(gradient -> gradient.attach(scope));
    return group;
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
