package baton.programs.lipnet;

/** The log probabilities of a network's outputs. */
final class LogSoftmax {
  private LogSoftmax() {}

  /**
   * Returns one row for each frame.
   *
   * @param outputs the outputs, {@code classes} numbers for each frame
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
