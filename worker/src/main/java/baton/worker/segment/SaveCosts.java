package baton.worker.segment;

import baton.protocol.LifetimeEstimate;
import baton.protocol.SaveInterval;
import java.time.Duration;
import java.util.Optional;

/**
 * The measured cost of saves in this session, and the save interval that follows from it.
 *
 * <p>A save costs the time for which training stands still, plus the time by which training is
 * slower while the save is running. Newer measurements have more weight.
 */
final class SaveCosts {
  static final Duration SHORTEST = Duration.ofSeconds(5);
  static final Duration LONGEST = Duration.ofMinutes(30);

  /** The cost that is assumed until a save was measured. */
  static final Duration PRESUMED = Duration.ofSeconds(1);

  static final Duration FIRST = Duration.ofSeconds(30);

  /** Steps vary, so a few are not enough to compare. */
  private static final int STEPS_TO_COMPARE = 20;

  private final Mean stall = new Mean(0.3);
  private final Mean upload = new Mean(0.3);
  private final Mean quietStep = new Mean(0.05);
  private final Mean busyStep = new Mean(0.05);

  /** An exponential moving average. */
  private static final class Mean {
    private final double weight;
    private double value;
    private int count;

    Mean(double weight) {
      this.weight = weight;
    }

    void add(Duration measured) {
      double nanos = measured.toNanos();
      count++;
      value += (nanos - value) * Math.max(weight, 1.0 / count);
    }

    boolean isKnown() {
      return count > 0;
    }
  }

  /** Notes how long a copy stopped training. */
  void stalled(Duration time) {
    stall.add(time);
  }

  /** Notes how long it took to write and upload a copy. */
  void uploaded(Duration time) {
    upload.add(time);
  }

  /** Notes how long a batch took, and whether a save was running meanwhile. */
  void stepped(Duration time, boolean saving) {
    (saving ? busyStep : quietStep).add(time);
  }

  /** How much training time a save costs; empty if none was measured. */
  Optional<Duration> cost() {
    return stall.isKnown()
        ? Optional.of(Duration.ofNanos(Math.round(stall.value + slowdown())))
        : Optional.empty();
  }

  /** How long a batch takes; empty if none was measured. */
  Optional<Duration> step() {
    Mean known = quietStep.count >= busyStep.count ? quietStep : busyStep;
    return known.isKnown()
        ? Optional.of(Duration.ofNanos(Math.round(known.value)))
        : Optional.empty();
  }

  private double slowdown() {
    boolean comparable = quietStep.count >= STEPS_TO_COMPARE && busyStep.count >= STEPS_TO_COMPARE;
    return comparable && busyStep.value > quietStep.value
        ? upload.value * (1 - quietStep.value / busyStep.value)
        : 0;
  }

  /**
   * The interval that minimizes the cost of saves plus the work lost with a session: {@code sqrt(2
   * c M)}, where {@code c} is the cost of a save and {@code M} the mean time to a loss (J. W.
   * Young, A first order approximation to the optimum checkpoint interval, CACM 17, 1974; J. T.
   * Daly, A higher order estimate, FGCS 22, 2006, whose bound {@code M} applies if saves are
   * costly). It is never shorter than an upload, since only one save is uploaded at a time.
   */
  SaveInterval interval(LifetimeEstimate lifetime) {
    double cost = cost().orElse(PRESUMED).toNanos();
    double mean = lifetime.meanTimeToLoss().toNanos();
    Duration optimum = Duration.ofNanos(Math.round(Math.min(mean, Math.sqrt(2 * cost * mean))));
    Duration bounded = larger(SHORTEST, smaller(stall.isKnown() ? LONGEST : FIRST, optimum));
    Optional<Duration> inStore =
        upload.isKnown()
            ? Optional.of(Duration.ofNanos(Math.round(upload.value)))
            : Optional.empty();
    return new SaveInterval(
        inStore.map(time -> larger(time, bounded)).orElse(bounded), cost(), inStore, lifetime);
  }

  private static Duration larger(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static Duration smaller(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
