package baton.scripts.drill;

import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What differs first between an unbroken run and a relay, and so what is to be mended. Everything
 * that differs later may be a consequence of it.
 *
 * <p>Batch after batch, in this order: the generators before it, what it held, its loss. A loss
 * that differs right after the restore means that something it is computed from was not restored;
 * one that differs a batch later, that the update was another. Which it is, what the program had
 * and did not give to be saved tells better than any number.
 */
record Diagnosis(Part part, Moment moment, Position at, List<String> names, List<String> owners) {

  /** When it differed. */
  enum Moment {
    /** Before anyone was killed: two fresh runs are not the same. */
    BEFORE_THE_KILL,
    /** In the first batch after the restore. */
    AT_THE_RESTORE,
    /** In a later one. */
    AFTER_THE_RESTORE
  }

  /**
   * What there is to compare.
   *
   * @param relayed in their order: the first fresh, the others restored
   * @param states the checkpoints at common positions, in their order
   */
  record Evidence(Leg unbroken, List<Leg> relayed, List<StateComparison> states) {
    Evidence {
      relayed = List.copyOf(relayed);
      states = List.copyOf(states);
    }

    private List<String> forgotten(String kind) {
      return relayed.stream()
          .flatMap(leg -> leg.forgotten().stream())
          .filter(thing -> thing.kind().equals(kind))
          .map(Leg.Forgotten::name)
          .distinct()
          .sorted()
          .toList();
    }

    private Optional<StateComparison> firstDifference() {
      return states.stream().filter(state -> !state.isIdentical()).findFirst();
    }
  }

  /** Empty: the relay is exact. */
  static Optional<Diagnosis> of(Evidence evidence) {
    for (int leg = 0; leg < evidence.relayed().size(); leg++) {
      List<Leg.Step> steps = evidence.relayed().get(leg).steps();
      for (int i = 0; i < steps.size(); i++) {
        Optional<Leg.Step> same = stepAt(evidence.unbroken(), steps.get(i).at());
        if (same.isPresent() && !same.get().equals(steps.get(i))) {
          Moment moment =
              leg == 0
                  ? Moment.BEFORE_THE_KILL
                  : i == 0 ? Moment.AT_THE_RESTORE : Moment.AFTER_THE_RESTORE;
          boolean isFirst = leg == 0 && i == 0;
          return Optional.of(ofStep(evidence, moment, isFirst, same.get(), steps.get(i)));
        }
      }
    }
    return evidence.firstDifference().map(state -> ofState(evidence, state));
  }

  private static Optional<Leg.Step> stepAt(Leg leg, Position at) {
    return leg.steps().stream().filter(step -> step.at().equals(at)).findFirst();
  }

  private static Diagnosis ofStep(
      Evidence evidence, Moment moment, boolean isFirst, Leg.Step unbroken, Leg.Step relayed) {
    Position at = relayed.at();
    List<String> generators = differing(unbroken.generators(), relayed.generators());
    if (!generators.isEmpty()) {
      return new Diagnosis(Part.RANDOMNESS, moment, at, generators, List.of());
    }
    List<String> own = evidence.forgotten("generator");
    if (!unbroken.batch().equals(relayed.batch())) {
      return new Diagnosis(Part.ORDER, moment, at, List.of(), own);
    }
    List<String> names = evidence.firstDifference().map(Diagnosis::names).orElse(List.of());
    if (moment == Moment.BEFORE_THE_KILL) {
      return isFirst
          ? new Diagnosis(Part.WEIGHTS, moment, at, names, List.of())
          : new Diagnosis(Part.RANDOMNESS, moment, at, List.of(), own);
    }
    if (moment == Moment.AT_THE_RESTORE) {
      List<String> models = evidence.forgotten("model");
      if (!models.isEmpty()) {
        return new Diagnosis(Part.WEIGHTS, moment, at, names, models);
      }
      return own.isEmpty()
          ? new Diagnosis(Part.STATE, moment, at, names, evidence.forgotten("state"))
          : new Diagnosis(Part.RANDOMNESS, moment, at, List.of(), own);
    }
    return ofUpdate(evidence, at, names);
  }

  private static Diagnosis ofState(Evidence evidence, StateComparison state) {
    if (state.differing().keySet().equals(Set.of(Part.RANDOMNESS))) {
      return new Diagnosis(
          Part.RANDOMNESS,
          Moment.AFTER_THE_RESTORE,
          state.at(),
          state.differing(Part.RANDOMNESS),
          List.of());
    }
    return ofUpdate(evidence, state.at(), names(state));
  }

  /** The same batch, the same loss, another update. */
  private static Diagnosis ofUpdate(Evidence evidence, Position at, List<String> names) {
    Moment moment = Moment.AFTER_THE_RESTORE;
    List<String> forgotten = new ArrayList<>(evidence.forgotten("optimizer"));
    forgotten.addAll(evidence.forgotten("scheduler"));
    if (!forgotten.isEmpty()) {
      return new Diagnosis(Part.OPTIMIZER, moment, at, names, forgotten);
    }
    List<String> models = evidence.forgotten("model");
    if (!models.isEmpty()) {
      return new Diagnosis(Part.WEIGHTS, moment, at, names, models);
    }
    return new Diagnosis(Part.STATE, moment, at, names, evidence.forgotten("state"));
  }

  private static List<String> differing(Map<String, String> one, Map<String, String> other) {
    TreeSet<String> names = new TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    names.removeIf(name -> Objects.equals(one.get(name), other.get(name)));
    return List.copyOf(names);
  }

  private static List<String> names(StateComparison state) {
    return state.differing().values().stream().flatMap(List::stream).toList();
  }
}
