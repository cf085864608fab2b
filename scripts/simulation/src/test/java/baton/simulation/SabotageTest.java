package baton.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A rule that is broken on purpose is noticed and named, within so many seeds: a simulation that
 * grows blind to a rule plays more of them before it sees what it saw at once.
 */
class SabotageTest {
  @TestFactory
  Stream<DynamicTest> theSimulationCatches() {
    return all().entrySet().stream()
        .map(
            sabotage ->
                DynamicTest.dynamicTest(
                    "%s by %s within %s"
                        .formatted(
                            sabotage.getKey(),
                            sabotage.getValue().core().getClass().getSimpleName(),
                            sabotage.getValue().within()),
                    () -> isCaught(sabotage.getKey(), sabotage.getValue())));
  }

  @Test
  void everyRuleButTheFourteenthIsBroken() {
    assertThat(all().keySet())
        .containsAll(
            IntStream.rangeClosed(1, 15).filter(n -> n != 14).mapToObj(n -> "R" + n).toList());
  }

  private static Map<String, Sabotage.Broken> all() {
    Map<String, Sabotage.Broken> all = new TreeMap<>(Sabotage.byRule());
    all.putAll(ClusterSabotage.byRule());
    return all;
  }

  private static void isCaught(String what, Sabotage.Broken broken) {
    String rule = what.split(",")[0];
    Set<String> noticed = new HashSet<>();
    for (long seed = 0; seed < broken.within().seeds && !noticed.contains(rule); seed++) {
      try {
        World.play(seed, broken.core());
      } catch (RuleBroken named) {
        noticed.add(named.rule());
      }
    }
    assertThat(noticed).as("rules noticed as broken %s", broken.within()).contains(rule);
  }
}
