package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.Collection;

/**
 * The length of all gradients taken as one vector. The squares are added in double precision and in
 * the order given, so the same gradients give the same length.
 */
final class GlobalNorm {
  /** Keeps the division sound; as in PyTorch's {@code clip_grad_norm_}. */
  private static final double EPSILON = 1e-6;

  private GlobalNorm() {}

  /** Of gradients that all belong to a scope which the caller closes soon. */
  static double of(Collection<NDArray> gradients) {
    NDList squares = new NDList();
    gradients.forEach(gradient -> squares.add(gradient.square().sum()));
    double sum = 0;
    for (float square : NDArrays.stack(squares).toFloatArray()) {
      sum += square;
    }
    return Math.sqrt(sum);
  }

  /** The factor that shortens gradients of length {@code norm} to at most {@code longest}. */
  static float rescale(double norm, double longest) {
    return norm > longest ? (float) (longest / (norm + EPSILON)) : 1f;
  }
}
