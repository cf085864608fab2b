package baton.programs.lipnet;

import java.util.Arrays;

/**
 * Connectionist temporal classification (Graves and others, 2006): the loss of one clip, and its
 * gradient with respect to the network's raw outputs.
 *
 * <ol>
 *   <li>A path has one label for each frame; without repeats and blanks it is the text that it
 *       reads.
 *   <li>States are the labels with a blank before, between and after them. From one frame to the
 *       next a path stays, advances by one, or skips a blank between two labels that differ.
 *   <li>Forward and backward sums give the probability of each state at each frame, over all paths
 *       that read the transcript.
 *   <li>The loss is minus the logarithm of that sum; the gradient is the network's probabilities
 *       minus those of these paths.
 * </ol>
 *
 * <p>Computed in logarithms and double precision with {@link StrictMath}, so the bits are the same
 * on every machine; GPU kernels would sum in any order.
 *
 * @param loss infinite if there are too few frames for the labels
 * @param gradient the gradient for each output, frame by frame; zeros if the loss is infinite
 */
record CtcLoss(double loss, float[] gradient) {
  private static final double IMPOSSIBLE = Double.NEGATIVE_INFINITY;

  /**
   * The loss for the transcript {@code labels}, none of which is a blank.
   *
   * @param outputs {@code classes} numbers for each frame, not normalized
   */
  static CtcLoss of(float[] outputs, int classes, int[] labels) {
    double[][] log = LogSoftmax.of(outputs, classes);
    int[] states = new int[2 * labels.length + 1];
    Arrays.fill(states, Alphabet.BLANK);
    for (int i = 0; i < labels.length; i++) {
      states[2 * i + 1] = labels[i];
    }
    double[][] forward = forward(log, states);
    double[][] backward = backward(log, states);
    double[] last = forward[log.length - 1];
    double total = last[states.length - 1];
    if (states.length > 1) {
      total = add(total, last[states.length - 2]);
    }
    return total == IMPOSSIBLE
        ? new CtcLoss(Double.POSITIVE_INFINITY, new float[outputs.length])
        : new CtcLoss(-total, gradient(log, states, forward, backward, total));
  }

  boolean isFeasible() {
    return Double.isFinite(loss);
  }

  private static float[] gradient(
      double[][] log, int[] states, double[][] forward, double[][] backward, double total) {
    int classes = log[0].length;
    float[] gradient = new float[log.length * classes];
    double[] difference = new double[classes];
    for (int frame = 0; frame < log.length; frame++) {
      for (int label = 0; label < classes; label++) {
        difference[label] = StrictMath.exp(log[frame][label]);
      }
      for (int state = 0; state < states.length; state++) {
        difference[states[state]] -=
            StrictMath.exp(forward[frame][state] + backward[frame][state] - total);
      }
      for (int label = 0; label < classes; label++) {
        gradient[frame * classes + label] = (float) difference[label];
      }
    }
    return gradient;
  }

  /** The sums over the paths that end in each state at each frame. */
  private static double[][] forward(double[][] log, int[] states) {
    double[][] sums = impossible(log.length, states.length);
    sums[0][0] = log[0][states[0]];
    if (states.length > 1) {
      sums[0][1] = log[0][states[1]];
    }
    for (int frame = 1; frame < log.length; frame++) {
      double[] before = sums[frame - 1];
      for (int state = 0; state < states.length; state++) {
        double sum = before[state];
        if (state > 0) {
          sum = add(sum, before[state - 1]);
        }
        if (state > 1 && skips(states, state)) {
          sum = add(sum, before[state - 2]);
        }
        sums[frame][state] = sum + log[frame][states[state]];
      }
    }
    return sums;
  }

  /** The sums over the paths that start from each state, without the label at that frame itself. */
  private static double[][] backward(double[][] log, int[] states) {
    double[][] sums = impossible(log.length, states.length);
    int end = states.length - 1;
    Arrays.fill(sums[log.length - 1], Math.max(end - 1, 0), end + 1, 0);
    for (int frame = log.length - 2; frame >= 0; frame--) {
      double[] after = sums[frame + 1];
      double[] written = log[frame + 1];
      for (int state = 0; state <= end; state++) {
        double sum = after[state] + written[states[state]];
        if (state + 1 <= end) {
          sum = add(sum, after[state + 1] + written[states[state + 1]]);
        }
        if (state + 2 <= end && skips(states, state + 2)) {
          sum = add(sum, after[state + 2] + written[states[state + 2]]);
        }
        sums[frame][state] = sum;
      }
    }
    return sums;
  }

  private static boolean skips(int[] states, int to) {
    return states[to] != Alphabet.BLANK && states[to] != states[to - 2];
  }

  private static double[][] impossible(int frames, int states) {
    double[][] sums = new double[frames][states];
    for (double[] row : sums) {
      Arrays.fill(row, IMPOSSIBLE);
    }
    return sums;
  }

  /** The logarithm of the sum of two numbers given by their logarithms. */
  private static double add(double a, double b) {
    if (a == IMPOSSIBLE) {
      return b;
    }
    if (b == IMPOSSIBLE) {
      return a;
    }
    return Math.max(a, b) + StrictMath.log1p(StrictMath.exp(-Math.abs(a - b)));
  }
}
