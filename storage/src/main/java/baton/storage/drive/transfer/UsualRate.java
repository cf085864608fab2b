package baton.storage.drive.transfer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/** The median rate of recent upload sessions, with which a crawling one is detected. */
public final class UsualRate {
  private static final int SESSIONS = 15;
  private static final int ENOUGH = 3;

  private final Deque<Double> rates = new ArrayDeque<>();

  synchronized void add(long bytes, Duration time) {
    double seconds = Math.max(time.toNanos(), 1) / 1e9;
    rates.addLast(bytes / seconds);
    if (rates.size() > SESSIONS) {
      rates.removeFirst();
    }
  }

  private synchronized OptionalDouble median() {
    if (rates.size() < ENOUGH) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(rates.stream().sorted().toList().get(rates.size() / 2));
  }

  /**
   * Whether a session that moved these bytes in this time is {@code factor} times slower than
   * usual.
   */
  boolean isFarBelow(long bytes, Duration time, int factor) {
    OptionalDouble usual = median();
    return usual.isPresent() && bytes / (time.toNanos() / 1e9) < usual.getAsDouble() / factor;
  }
}
