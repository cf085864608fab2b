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
 * What differs first between an unbroken run and a relay, and so what is to be mended. Everything
 * that differs later may be a consequence of it.
 *
 * <p>Batch after batch, in this order: the generators before it, what else was given to {@code
 * baton.resume}, what it held, its loss; then the checkpoints and the metrics, and where it ended.
 * What was not given to be saved, and is another by then, tells whose fault it is.
 *
 * @param names of what differs
 * @param owners what was not given, and is to blame
 * @param anew the script's own values that began anew after the restore
 */
record Diagnosis(
    Part part,
    Moment moment,
    Position at,
    List<String> names,
    List<String> owners,
    List<String> anew) {

  /** When it differed. */
  enum Moment {
    /** Before anyone was killed: two fresh runs are not the same. */
    BEFORE_THE_KILL,
    /** In the first batch after the restore. */
    AT_THE_RESTORE,
    /** In a later one. */
    AFTER_THE_RESTORE
  }

  /** Of a metric that tells how long something took, or how much memory: no two runs agree. */
  private static final Pattern OF_THE_MACHINE =
      Pattern.compile(
          "(?i).*(second|runtime|elapsed|duration|throughput|speed|memory|per_sec|_sec\\b|_ms\\b"
              + "|(^|_)(time|fps|eta)($|_)).*");

  /** Empty: the relay is exact. */
  static Optional<Diagnosis> of(DrillEvidence evidence) {
    return Stream.of(firstStep(evidence), firstState(evidence), firstMetric(evidence))
        .flatMap(Optional::stream)
        .min(Comparator.comparing(Diagnosis::at))
        .or(() -> end(evidence));
  }

  /** Whether a metric is none of the training, but of the machine. */
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

  /** What one run has told and the other has not is no difference. */
  private static boolean isOther(Optional<String> one, Optional<String> other) {
    return one.isPresent() && other.isPresent() && !one.equals(other);
  }

  /** A step that differs: the {@code place}-th of a worker. */
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

    /** What was given is not what it was. */
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
        return ofUpdate(); // Whether it began with the same weights, nobody has told.
      }
      return firstOf("generator", "model")
          .orElseGet(() -> of(Part.STATE, names(), suspects("state")));
    }

    /** The batch before was the same, and its loss; its update was not. */
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
      List<String> anew = leg == 0 ? List.of() : evidence.begunAnew(worker());
      return new Diagnosis(part, moment(), step().at(), names, owners, anew);
    }
  }

  /** Every batch before it was the same. */
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
                    anewAt(evidence, state.at())));
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
                anewAt(evidence, relayed.of())));
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
      return number; // One that is not finite has no digits.
    }
  }

  /** What began anew in the last worker that was on its way to a position. */
  private static List<String> anewAt(DrillEvidence evidence, Position at) {
    return evidence.relayed().stream()
        .skip(1)
        .filter(leg -> leg.begin().filter(at::isAfter).isPresent())
        .map(evidence::begunAnew)
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
            Part.END, Moment.AFTER_THE_RESTORE, at, List.of(), List.of(), anewAt(evidence, at)));
  }

  private static List<String> names(StateComparison state) {
    return state.differing().values().stream().flatMap(List::stream).toList();
  }
}
