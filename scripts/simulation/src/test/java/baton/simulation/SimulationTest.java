package baton.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Plays seed after seed. A failure names its seed and rule; {@code -Dbaton.seed=N} plays that one
 * alone, {@code -Dbaton.seeds=N} plays more.
 */
class SimulationTest {
  private static final long SEEDS = Long.getLong("baton.seeds", 20_000);

  @Test
  void everyRuleHoldsInEverySeed() {
    Optional<Long> one = Optional.ofNullable(Long.getLong("baton.seed"));
    LongStream seeds =
        one.map(LongStream::of).orElseGet(() -> LongStream.range(0, SEEDS)).parallel();
    List<String> broken =
        seeds
            .mapToObj(SimulationTest::play)
            .flatMap(Optional::stream)
            .limit(5)
            .collect(Collectors.toList());
    assertThat(broken).as("seeds in which a rule did not hold").isEmpty();
  }

  private static Optional<String> play(long seed) {
    try {
      World.play(seed, Core.REAL);
      return Optional.empty();
    } catch (RuntimeException | AssertionError broken) {
      StackTraceElement[] trace = broken.getStackTrace();
      return Optional.of(
          "seed %d: %s (%s)"
              .formatted(seed, broken, trace.length > 1 ? trace[0] + " < " + trace[1] : ""));
    }
  }
}
