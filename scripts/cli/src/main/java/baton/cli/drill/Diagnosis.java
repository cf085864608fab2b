package baton.cli.drill;

import baton.protocol.Position;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What differs first between an unbroken run and a relay, and therefore has to be corrected. Later
 * differences may be consequences.
 *
 * <p>For each batch it compares, in this order: the generators before it, the other objects given
 * to {@code baton.resume}, the batch's content, its loss; then the checkpoints, the metrics, and
 * where the runs ended. Objects that were not given and differ by then are the likely cause.
 *
 * @param names the names of what differs
 * @param owners the objects that were not given and are the likely cause
 * @param startedOver the script's own values that started over after the restore
 */
record Diagnosis(
    Part part,
    Moment moment,
    Position at,
    List<String> names,
    List<String> owners,
    List<String> startedOver) {

  /** When the difference showed first. */
  enum Moment {
    /** Before any worker was killed: two fresh runs differ. */
    BEFORE_THE_KILL,
    /** In the first batch after the restore. */
    AT_THE_RESTORE,
    /** In a later batch. */
    AFTER_THE_RESTORE
  }

  /** Names of metrics that measure time or memory, which differ between any two runs. */
  private static final Pattern OF_THE_MACHINE =
      Pattern.compile(
          "(?i).*(second|runtime|elapsed|duration|throughput|speed|memory|per_sec|_sec\\b|_ms\\b"
              + "|(^|_)(time|fps|eta)($|_)).*");

  /** The first difference; empty if the relay is exact. */
  static Optional<Diagnosis> of(DrillEvidence evidence) {
    return Stream.of(firstStep(evidence), firstState(evidence), firstMetric(evidence))
        .flatMap(Optional::stream)
        .min(Comparator.comparing(Diagnosis::at))
        .or(() -> end(evidence));
  }

  /** Whether a metric measures the machine and not the training. */
  static boolean isOfTheMachine(String metric) {
    return OF_THE_MACHINE.matcher(metric).matches();
  }

  private static Optional<Diagnosis> firstStep(DrillEvidence evidence) {
    for (int leg = 0; leg < evidence.relayed().size(); leg++) {
      List<Leg.Step> steps = evidence.relayed().get(leg).steps();
      for (int i = 0; i < steps.size(); i++) {
        Optional<Leg.Step> same = evidence.unbroken().stepAt(steps.get(i).at());
        if (same.isPresent() && !isSame(same.get(), steps.get(i))) {
          return Optional.of(new AtStep(evidence, leg, i, same.get()).diagnosis());
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isSame(Leg.Step one, Leg.Step other) {
    return one.before().generators().equals(other.before().generators())
        && one.before().parts().equals(other.before().parts())
        && !isOther(one.batch(), other.batch())
        && !isOther(one.loss(), other.loss());
  }

  /** Whether both values are known and differ. */
  private static boolean isOther(Optional<String> one, Optional<String> other) {
    return one.isPresent() && other.isPresent() && !one.equals(other);
  }

  /** A step that differs: the one with index {@code place} of a worker. */
  private record AtStep(DrillEvidence evidence, int leg, int place, Leg.Step unbroken) {
    Diagnosis diagnosis() {
      List<String> generators =
          DrillEvidence.differing(unbroken.before().generators(), step().before().generators())
              .toList();
      if (!generators.isEmpty()) {
        return of(Part.RANDOMNESS, generators, List.of());
      }
      Set<Part> parts = EnumSet.noneOf(Part.class);
      DrillEvidence.differing(unbroken.before().parts(), step().before().parts())
          .map(AtStep::partOf)
          .forEach(parts::add);
      if (!parts.isEmpty()) {
        return ofParts(parts);
      }
      if (isOther(unbroken.batch(), step().batch())) {
        return of(Part.ORDER, List.of(), suspects("generator"));
      }
      return ofLoss();
    }

    /** The diagnosis if objects that were given differ. */
    private Diagnosis ofParts(Set<Part> parts) {
      if (moment() == Moment.BEFORE_THE_KILL) {
        return place == 0
            ? of(Part.WEIGHTS, names(), List.of())
            : of(Part.RANDOMNESS, List.of(), suspects("generator"));
      }
      if (moment() == Moment.AT_THE_RESTORE) {
        return of(parts.iterator().next(), names(), List.of());
      }
      return ofUpdate();
    }

    private Diagnosis ofLoss() {
      if (moment() == Moment.BEFORE_THE_KILL) {
        return place == 0
            ? of(Part.WEIGHTS, names(), List.of())
            : of(Part.RANDOMNESS, List.of(), suspects("generator"));
      }
      if (moment() == Moment.AFTER_THE_RESTORE && step().before().parts().isEmpty()) {
        return ofUpdate(); // It is unknown whether the run began with the same weights.
      }
      return firstOf("generator", "model")
          .orElseGet(() -> of(Part.STATE, names(), suspects("state")));
    }

    /** The diagnosis if the previous batch and its loss were the same, but its update was not. */
    private Diagnosis ofUpdate() {
      return firstOf("optimizer", "generator", "model")
          .orElseGet(() -> of(Part.STATE, names(), suspects("state")));
    }

    private Optional<Diagnosis> firstOf(String... kinds) {
      for (String kind : kinds) {
        List<String> owners =
            kind.equals("optimizer") ? suspects("optimizer", "scheduler") : suspects(kind);
        if (!owners.isEmpty()) {
          Part part = partOf(kind);
          return Optional.of(of(part, part == Part.RANDOMNESS ? List.of() : names(), owners));
        }
      }
      return Optional.empty();
    }

    private static Part partOf(String kind) {
      return switch (kind) {
        case "model" -> Part.WEIGHTS;
        case "optimizer", "scheduler", "scaler" -> Part.OPTIMIZER;
        case "generator" -> Part.RANDOMNESS;
        default -> Part.STATE;
      };
    }

    private Leg.Step step() {
      return worker().steps().get(place);
    }

    private Leg worker() {
      return evidence.relayed().get(leg);
    }

    private Moment moment() {
      return leg == 0
          ? Moment.BEFORE_THE_KILL
          : place == 0 ? Moment.AT_THE_RESTORE : Moment.AFTER_THE_RESTORE;
    }

    private List<String> suspects(String... kinds) {
      return evidence.suspects(worker(), place + 1, kinds);
    }

    private List<String> names() {
      return evidence.firstDifferentState().map(Diagnosis::names).orElse(List.of());
    }

    private Diagnosis of(Part part, List<String> names, List<String> owners) {
      List<String> startedOver = leg == 0 ? List.of() : evidence.startedOver(worker());
      return new Diagnosis(part, moment(), step().at(), names, owners, startedOver);
    }
  }

  /** The diagnosis from the checkpoints, if all batches were the same. */
  private static Optional<Diagnosis> firstState(DrillEvidence evidence) {
    return evidence
        .firstDifferentState()
        .map(
            state ->
                new Diagnosis(
                    state.differing().keySet().stream().sorted().findFirst().orElseThrow(),
                    Moment.AFTER_THE_RESTORE,
                    state.at(),
                    names(state),
                    List.of(),
                    startedOverAt(evidence, state.at())));
  }

  private static Optional<Diagnosis> firstMetric(DrillEvidence evidence) {
    return evidence.relayed().stream()
        .flatMap(leg -> leg.measured().stream())
        .flatMap(measured -> ofMetrics(evidence, measured).stream())
        .min(Comparator.comparing(Diagnosis::at));
  }

  private static Optional<Diagnosis> ofMetrics(DrillEvidence evidence, Leg.Measured relayed) {
    Map<String, String> mine =
        evidence.unbroken().measuredAt(relayed.of()).map(Leg.Measured::values).orElse(Map.of());
    List<String> names =
        relayed.values().keySet().stream()
            .filter(name -> mine.containsKey(name) && !isOfTheMachine(name))
            .filter(name -> !mine.get(name).equals(relayed.values().get(name)))
            .sorted()
            .map(name -> difference(name, mine.get(name), relayed.values().get(name)))
            .toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Diagnosis(
                Part.METRICS,
                Moment.AFTER_THE_RESTORE,
                relayed.of(),
                names,
                List.of(),
                startedOverAt(evidence, relayed.of())));
  }

  private static String difference(String metric, String unbroken, String relayed) {
    String one = shortened(unbroken);
    String other = shortened(relayed);
    return one.equals(other)
        ? "%s (%s unbroken, %s relayed)".formatted(metric, unbroken, relayed)
        : "%s (%s unbroken, %s relayed)".formatted(metric, one, other);
  }

  private static String shortened(String number) {
    try {
      return new BigDecimal(number).round(new MathContext(6)).stripTrailingZeros().toPlainString();
    } catch (NumberFormatException e) {
      return number; // A number that is not finite has no digits.
    }
  }

  /** What started over in the last worker before a position. */
  private static List<String> startedOverAt(DrillEvidence evidence, Position at) {
    return evidence.relayed().stream()
        .skip(1)
        .filter(leg -> leg.begin().filter(at::isAfter).isPresent())
        .map(evidence::startedOver)
        .reduce((one, other) -> other)
        .orElse(List.of());
  }

  private static Optional<Diagnosis> end(DrillEvidence evidence) {
    Optional<Position> mine = evidence.unbrokenEnd();
    Optional<Position> theirs = evidence.relayedEnd();
    if (mine.equals(theirs)) {
      return Optional.empty();
    }
    Position at = Stream.of(mine, theirs).flatMap(Optional::stream).sorted().findFirst().get();
    return Optional.of(
        new Diagnosis(
            Part.END,
            Moment.AFTER_THE_RESTORE,
            at,
            List.of(),
            List.of(),
            startedOverAt(evidence, at)));
  }

  private static List<String> names(StateComparison state) {
    return state.differing().values().stream().flatMap(List::stream).toList();
  }
}
