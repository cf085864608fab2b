package baton.programs.lipnet;

/** The logarithms of the probabilities that a network's outputs stand for. */
final class LogSoftmax {
  private LogSoftmax() {}

  /**
   * One row for each frame.
   *
   * @param outputs {@code classes} numbers for each frame
   */
  static double[][] of(float[] outputs, int classes) {
    double[][] log = new double[outputs.length / classes][classes];
    for (int frame = 0; frame < log.length; frame++) {
      double most = Double.NEGATIVE_INFINITY;
      for (int label = 0; label < classes; label++) {
        most = Math.max(most, outputs[frame * classes + label]);
      }
      double sum = 0;
      for (int label = 0; label < classes; label++) {
        sum += StrictMath.exp(outputs[frame * classes + label] - most);
      }
      double norm = most + StrictMath.log(sum);
      for (int label = 0; label < classes; label++) {
        log[frame][label] = outputs[frame * classes + label] - norm;
      }
    }
    return log;
  }
}
