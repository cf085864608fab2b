package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.Collection;

/**
 * The norm of all gradients as one vector. The squares are summed in double precision and in the
 * given order, so the same gradients give the same norm.
 */
final class GlobalNorm {
  /** Added to the norm before it divides, as in PyTorch's {@code clip_grad_norm_}. */
  private static final double EPSILON = 1e-6;

  private GlobalNorm() {}

  /** Computes the norm. All gradients must belong to a scope that the caller closes soon. */
  static double of(Collection<NDArray> gradients) {
    NDList squares = new NDList();
    gradients.forEach(gradient -> squares.add(gradient.square().sum()));
    double sum = 0;
    for (float square : NDArrays.stack(squares).toFloatArray()) {
      sum += square;
    }
    return Math.sqrt(sum);
  }

  /** The factor that scales gradients of norm {@code norm} to at most {@code longest}. */
  static float rescale(double norm, double longest) {
    return norm > longest ? (float) (longest / (norm + EPSILON)) : 1f;
  }
}
