package baton.worker.segment;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with jitter: the upper bound doubles with each pause, and a pause is drawn
 * between half of it and all of it, so that a thousand workers do not retry at once.
 */
final class Backoff {
  private static final int MOST_DOUBLINGS = 20;

  private final RandomGenerator random;
  private final Duration first;
  private final Duration longest;
  private int failures;

  Backoff(RandomGenerator random, Duration first, Duration longest) {
    this.random = random;
    this.first = first;
    this.longest = longest;
  }

  Duration next() {
    long ceiling = first.toNanos() << Math.min(failures++, MOST_DOUBLINGS);
    long most = Math.min(ceiling, longest.toNanos());
    return Duration.ofNanos(most / 2 + random.nextLong(most / 2 + 1));
  }

  void reset() {
    failures = 0;
  }
}
