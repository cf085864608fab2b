package baton.protocol;

import java.time.Duration;

/**
 * How long a phase may last (R10).
 *
 * @param withoutProgress the longest time in which the progress counter may stand still
 * @param whole the longest time from the beginning of the phase to its end
 */
public record PhaseLimit(Duration withoutProgress, Duration whole) {
  public PhaseLimit {
    if (withoutProgress.isNegative() || withoutProgress.isZero()) {
      throw new IllegalArgumentException("a phase must be given time to progress");
    }
    if (whole.compareTo(withoutProgress) < 0) {
      throw new IllegalArgumentException("a whole phase is no shorter than its time to progress");
    }
  }

  /** These limits, raised to {@code silence} where they are shorter. */
  PhaseLimit atLeast(Duration silence) {
    return new PhaseLimit(longer(withoutProgress, silence), longer(whole, silence));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  public static PhaseLimit ofMinutes(int withoutProgress, int whole) {
    return new PhaseLimit(Duration.ofMinutes(withoutProgress), Duration.ofMinutes(whole));
  }
}
