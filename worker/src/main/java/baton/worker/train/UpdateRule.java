package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/**
 * Updates one weight by its gradient. A rule has no state of its own: its slots are arrays shaped
 * like the weight, kept by the {@link Optimizer}. The arithmetic is DJL's, equal to its own
 * optimizers bit for bit.
 */
sealed interface UpdateRule {
  /** Turns off DJL's clamping; {@link GlobalNorm} clips instead, through {@code rescale}. */
  float NO_CLAMP = -1f;

  /** The names of the arrays the rule keeps for each weight. */
  List<String> slots();

  /**
   * Updates {@code weight} and its slots, and zeroes its gradient.
   *
   * @param slots the weight's slots, in the order of {@link #slots()}
   * @param rescale the factor for the gradient
   * @param update the number of this update, counted from one
   */
  void apply(
      NDArray weight,
      NDArray gradient,
      List<NDArray> slots,
      float rate,
      float rescale,
      long update);

  /** Stochastic gradient descent with momentum. */
  record Sgd(float momentum, float weightDecay) implements UpdateRule {
    @Override
    public List<String> slots() {
      return momentum == 0 ? List.of() : List.of("momentum");
    }

    @Override
    public void apply(
        NDArray weight,
        NDArray gradient,
        List<NDArray> slots,
        float rate,
        float rescale,
        long update) {
      NDList inputs = new NDList(weight, gradient);
      inputs.addAll(slots);
      weight
          .getNDArrayInternal()
          .sgdUpdate(
              inputs, new NDList(weight), rate, weightDecay, rescale, NO_CLAMP, momentum, true);
    }
  }

  /**
   * Adam, and AdamW when the decay is decoupled from the gradient.
   *
   * @param decoupled whether weights decay by themselves (AdamW) or through their gradients
   */
  record Adam(float beta1, float beta2, float epsilon, float weightDecay, boolean decoupled)
      implements UpdateRule {
    @Override
    public List<String> slots() {
      return List.of("mean", "variance");
    }

    @Override
    public void apply(
        NDArray weight,
        NDArray gradient,
        List<NDArray> slots,
        float rate,
        float rescale,
        long update) {
      double meanBias = 1.0 - StrictMath.pow(beta1, update);
      double varianceBias = 1.0 - StrictMath.pow(beta2, update);
      float corrected = (float) (rate * Math.sqrt(varianceBias) / meanBias);
      weight
          .getNDArrayInternal()
          .adamUpdate(
              new NDList(weight, gradient, slots.get(0), slots.get(1)),
              new NDList(weight),
              rate,
              corrected,
              weightDecay,
              rescale,
              NO_CLAMP,
              beta1,
              beta2,
              epsilon,
              true,
              decoupled);
    }
  }
}
