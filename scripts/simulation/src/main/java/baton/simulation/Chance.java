package baton.simulation;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** All randomness of a simulation, drawn from its seed. */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed) {
    this.random = new SplittableRandom(seed);
  }

  private Chance(SplittableRandom random) {
    this.random = random;
  }

  Chance split() {
    return new Chance(random.split());
  }

  boolean happens(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  long number() {
    return random.nextLong();
  }

  Duration millis(int least, int most) {
    return Duration.ofMillis(between(least, most));
  }

  Duration seconds(int least, int most) {
    return millis(least * 1_000, most * 1_000);
  }

  /** A time between random events that are {@code meanSeconds} apart on average. */
  Duration exponential(double meanSeconds) {
    return Duration.ofMillis((long) (-Math.log(1 - random.nextDouble()) * meanSeconds * 1_000));
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
