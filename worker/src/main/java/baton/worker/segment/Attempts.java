package baton.worker.segment;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Makes attempts whose pauses are drawn from one source of randomness. */
record Attempts(RandomGenerator random) {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  Attempt withBackoff() {
    return atMostEvery(LONGEST);
  }

  Attempt atMostEvery(Duration longest) {
    Duration first = FIRST.compareTo(longest) < 0 ? FIRST : longest;
    return new Attempt(new Backoff(random, first, longest));
  }
}
