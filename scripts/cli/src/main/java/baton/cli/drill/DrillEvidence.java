package baton.cli.drill;

import baton.protocol.Position;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the drill has to compare.
 *
 * @param relayed the workers of the relay in order: the first started fresh, the others were
 *     restored
 * @param states the checkpoints at positions that both runs saved, in order
 * @param unbrokenEnd where the unbroken run ended; empty if it was stopped before its end
 * @param relayedEnd where the relay ended; empty if it was stopped before its end
 */
record DrillEvidence(
    Leg unbroken,
    List<Leg> relayed,
    List<StateComparison> states,
    Optional<Position> unbrokenEnd,
    Optional<Position> relayedEnd) {
  DrillEvidence {
    relayed = List.copyOf(relayed);
    states = List.copyOf(states);
  }

  Optional<StateComparison> firstDifferentState() {
    return states.stream().filter(state -> !state.isIdentical()).findFirst();
  }

  /**
   * The objects of these kinds that were not given, and that differed from those in the unbroken
   * run in one of a leg's first batches.
   *
   * @param batches how many batches to look at
   */
  List<String> suspects(Leg leg, int batches, String... kinds) {
    List<String> wanted = List.of(kinds);
    TreeSet<String> different =
        leg.steps().stream()
            .limit(batches)
            .flatMap(step -> differing(step, Leg.Before::strangers))
            .collect(Collectors.toCollection(TreeSet::new));
    return leg.forgotten().stream()
        .filter(thing -> wanted.contains(thing.kind()) && different.contains(thing.path()))
        .map(Leg.Forgotten::toString)
        .toList();
  }

  /** The names of what differs from the unbroken run before a batch. */
  Stream<String> differing(Leg.Step step, Function<Leg.Before, Map<String, String>> what) {
    return unbroken
        .stepAt(step.at())
        .map(same -> differing(what.apply(same.before()), what.apply(step.before())))
        .orElse(Stream.empty());
  }

  static Stream<String> differing(Map<String, String> one, Map<String, String> other) {
    TreeSet<String> names = new TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    names.removeIf(name -> Objects.equals(one.get(name), other.get(name)));
    return names.stream();
  }

  /**
   * The script's own values that start over after a restore: in the first or second batch they have
   * the value of a fresh run, while the unbroken run has another one at that position.
   */
  List<String> startedOver(Leg leg) {
    int looked = Math.min(2, Math.min(leg.steps().size(), unbroken.steps().size()));
    return IntStream.range(0, looked)
        .mapToObj(i -> startedOver(unbroken.steps().get(i), leg.steps().get(i)))
        .flatMap(Function.identity())
        .distinct()
        .sorted()
        .toList();
  }

  private Stream<String> startedOver(Leg.Step fresh, Leg.Step restored) {
    if (fresh.at().equals(restored.at())) {
      return Stream.empty();
    }
    Map<String, String> unbrokenThere =
        unbroken.stepAt(restored.at()).map(same -> same.before().values()).orElse(Map.of());
    return differing(restored, Leg.Before::values)
        .filter(unbrokenThere::containsKey) // otherwise it has another path there
        .filter(name -> restored.before().values().containsKey(name))
        .filter(
            name -> restored.before().values().get(name).equals(fresh.before().values().get(name)));
  }
}
