package baton.protocol;

import java.time.Duration;

/**
 * How long a phase may last (R10).
 *
 * @param withoutProgress the longest time in which the counter of progress stands still
 * @param whole the longest time from the phase's begin to its end
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

  /** The same, or as much longer as lets {@code silence} pass. */
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
