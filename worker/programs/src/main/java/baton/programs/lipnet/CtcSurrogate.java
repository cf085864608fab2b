package baton.programs.lipnet;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;

/**
 * The mean {@link CtcLoss} of a batch as a scalar of the engine, which has no such loss: a linear
 * function with the value and the gradient of the true loss at the current outputs.
 */
final class CtcSurrogate {
  private CtcSurrogate() {}

  /**
   * @param outputs (clips, frames, classes)
   * @param labels the labels of each clip
   */
  static NDArray of(NDArray outputs, int[][] labels) {
    int classes = (int) outputs.getShape().get(2);
    float[] values = outputs.toFloatArray();
    float[] gradient = new float[values.length];
    int clip = values.length / labels.length;
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      float[] own = Arrays.copyOfRange(values, i * clip, (i + 1) * clip);
      CtcLoss loss = CtcLoss.of(own, classes, labels[i]);
      sum += loss.loss();
      for (int k = 0; k < clip; k++) {
        gradient[i * clip + k] = loss.gradient()[k] / labels.length;
      }
    }
    NDArray slope = outputs.getManager().create(gradient, outputs.getShape());
    // The outputs minus themselves are exactly zero, but have a gradient.
    NDArray nothing = outputs.sub(outputs.stopGradient()).mul(slope).sum();
    return nothing.add((float) (sum / labels.length));
  }
}
