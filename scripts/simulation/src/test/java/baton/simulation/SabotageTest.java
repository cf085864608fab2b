package baton.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A rule that is broken on purpose is noticed, and named. */
class SabotageTest {
  private static final int SEEDS = 2_000;

  @TestFactory
  Stream<DynamicTest> theSimulationCatches() {
    return Sabotage.byRule().entrySet().stream()
        .map(
            sabotage ->
                DynamicTest.dynamicTest(
                    sabotage.getKey() + " by " + sabotage.getValue().getClass().getSimpleName(),
                    () -> isCaught(sabotage)));
  }

  @Test
  void everyRuleButTheFourteenthIsBroken() {
    assertThat(Sabotage.byRule().keySet())
        .containsAll(
            IntStream.rangeClosed(1, 15).filter(n -> n != 14).mapToObj(n -> "R" + n).toList());
  }

  private static void isCaught(Map.Entry<String, Core> sabotage) {
    String rule = sabotage.getKey().split(",")[0];
    Set<String> noticed = new HashSet<>();
    for (long seed = 0; seed < SEEDS && !noticed.contains(rule); seed++) {
      try {
        World.play(seed, sabotage.getValue());
      } catch (RuleBroken broken) {
        noticed.add(broken.rule());
      }
    }
    assertThat(noticed).as("rules noticed as broken in %d seeds", SEEDS).contains(rule);
  }
}
