package baton.proofs.bench;

import java.util.Arrays;

/** A summary of repeated measurements: the middle, the ends, and how certain the mean is. */
public record Spread(
    int count, double median, double mean, double least, double most, double sure) {
  /** Student's t for 95 %, by degrees of freedom from 1. */
  private static final double[] STUDENT = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042
  };

  private static final double NORMAL = 1.96;

  /**
   * @param sure the true mean lies within this distance of {@code mean}, with 95 % confidence
   */
  public Spread {
    if (count < 1) {
      throw new IllegalArgumentException("nothing was measured");
    }
  }

  public static Spread of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double mean = Arrays.stream(sorted).average().orElse(Double.NaN);
    double squares = Arrays.stream(sorted).map(v -> (v - mean) * (v - mean)).sum();
    double error = n > 1 ? Math.sqrt(squares / (n - 1) / n) : Double.POSITIVE_INFINITY;
    double student = n - 2 < STUDENT.length && n > 1 ? STUDENT[n - 2] : NORMAL;
    return new Spread(
        n,
        n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
        mean,
        n == 0 ? Double.NaN : sorted[0],
        n == 0 ? Double.NaN : sorted[n - 1],
        error * student);
  }
}
