package baton.cli.drill;

import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * The result of a drill, and its report.
 *
 * @param killed the positions of the kills
 * @param restored the positions from which workers continued
 * @param untried the kinds of position from which no worker could continue, in words
 * @param seconds how long it took
 */
record DrillReport(
    String program,
    boolean isScript,
    DrillEvidence evidence,
    List<Position> killed,
    List<Position> restored,
    List<String> untried,
    long seconds) {
  static final int WIDTH = 84;
  private static final int NAMES_SHOWN = 3;
  private static final String ROW = "  %-14s %-10s %s";

  DrillReport {
    killed = List.copyOf(killed);
    restored = List.copyOf(restored);
    untried = List.copyOf(untried);
  }

  /** The first difference; empty if the relay is exact. */
  Optional<Diagnosis> diagnosis() {
    return Diagnosis.of(evidence);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "  killed with SIGKILL at %s; went on from %s"
            .formatted(list(killed, ", "), list(restored, ", ")));
    lines.add("");
    for (Part part : List.of(Part.WEIGHTS, Part.OPTIMIZER, Part.STATE)) {
      lines.add(ofState(part));
    }
    lines.add(ofOrder());
    lines.add(ofRandomness());
    ofMetrics().ifPresent(lines::add);
    ofEnd().ifPresent(lines::add);
    lines.add("");
    notes().forEach(note -> lines.addAll(Wrapped.at(WIDTH, note)));
    diagnosis()
        .ifPresent(
            found -> {
              Advice advice = Advice.on(found, isScript);
              lines.addAll(Wrapped.at(WIDTH, advice.finding()));
              lines.addAll(Wrapped.at(WIDTH, advice.remedy()));
              lines.add("");
            });
    lines.add(last());
    return lines;
  }

  private String last() {
    String tail =
        "program=%s killed=%s resumed=%s compared=%d seconds=%d"
            .formatted(program, list(killed, ","), list(restored, ","), batches(), seconds);
    return diagnosis()
        .map(
            found ->
                "DRILL NOT EXACT first=%s at=%s ".formatted(found.part().word(), found.at()) + tail)
        .orElse("DRILL EXACT " + tail);
  }

  private static String list(List<Position> positions, String comma) {
    return positions.stream().map(Position::toString).collect(Collectors.joining(comma));
  }

  /** Notes that are not differences. */
  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (!untried.isEmpty()) {
      notes.add(
          "Not tried: to go on %s, for this run has no such checkpoint; more --batches may reach one."
              .formatted(String.join(", or ", untried)));
    }
    afterLoop()
        .ifPresent(
            line ->
                notes.add(
                    "Not run: what follows the loop (%s). A worker ends the script with its last save;"
                            .formatted(line)
                        + " give what is to be done then to run.at_end(function)."));
    if (diagnosis().isEmpty() && !startedOver().isEmpty()) {
      notes.add(
          "Begins anew with each worker: %s. No result here depends on it; if yours do, keep it in"
                  .formatted(some(startedOver()))
              + " baton.resume(state=…).");
    }
    if (!notes.isEmpty()) {
      notes.add("");
    }
    return notes;
  }

  private Optional<String> afterLoop() {
    return evidence.unbroken().afterLoop();
  }

  /**
   * The values that start over with each worker. Only workers that began at the start of an epoch
   * count, so that values that start over with each epoch are not reported.
   */
  private List<String> startedOver() {
    TreeSet<String> names = new TreeSet<>();
    evidence.relayed().stream()
        .skip(1)
        .filter(leg -> leg.begin().filter(at -> at.batch() == 0).isPresent())
        .forEach(leg -> names.addAll(evidence.startedOver(leg)));
    return List.copyOf(names);
  }

  private String ofState(Part part) {
    Optional<StateComparison> first =
        evidence.states().stream().filter(s -> !s.differing(part).isEmpty()).findFirst();
    int compared = evidence.states().stream().mapToInt(s -> s.compared().get(part)).max().orElse(0);
    List<String> forgotten =
        diagnosis().filter(d -> d.part() == part).map(Diagnosis::owners).orElse(List.of());
    if (first.isEmpty() && !forgotten.isEmpty()) {
      return ROW.formatted(part.title(), "DIFFERS", "not saved: " + some(forgotten));
    }
    if (first.isEmpty()) {
      String what = compared == 0 ? "none is saved" : things(compared, "value");
      return ROW.formatted(part.title(), compared == 0 ? "-" : "identical", what);
    }
    return ROW.formatted(
        part.title(),
        "DIFFERS",
        "%d of %d at %s: %s"
            .formatted(
                first.get().differing(part).size(),
                compared,
                first.get().at(),
                some(first.get().differing(part))));
  }

  private String ofOrder() {
    boolean seen = evidence.unbroken().steps().stream().anyMatch(s -> s.batch().isPresent());
    if (!seen) {
      return ROW.formatted(Part.ORDER.title(), "-", "not seen; the losses tell of it");
    }
    return firstStep((one, other) -> one.batch().equals(other.batch()))
        .map(at -> ROW.formatted(Part.ORDER.title(), "DIFFERS", "at " + at))
        .orElse(ROW.formatted(Part.ORDER.title(), "identical", things(batches(), "batch")));
  }

  private String ofRandomness() {
    String names =
        evidence.unbroken().steps().stream()
            .flatMap(step -> step.before().generators().keySet().stream())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    if (names.isEmpty()) {
      return ROW.formatted(Part.RANDOMNESS.title(), "-", "not seen; the losses tell of it");
    }
    Optional<Diagnosis> hidden = diagnosis().filter(d -> d.part() == Part.RANDOMNESS);
    return firstStep((one, other) -> one.before().generators().equals(other.before().generators()))
        .map(at -> ROW.formatted(Part.RANDOMNESS.title(), "DIFFERS", "at " + at + ": " + names))
        .orElse(
            ROW.formatted(
                Part.RANDOMNESS.title(),
                hidden.isPresent() ? "DIFFERS" : "identical",
                hidden.map(d -> "in " + strange(d)).orElse(names)));
  }

  private static String strange(Diagnosis diagnosis) {
    return diagnosis.owners().isEmpty()
        ? "a generator that Baton does not know"
        : some(diagnosis.owners());
  }

  private Optional<String> ofMetrics() {
    TreeSet<String> all = new TreeSet<>();
    evidence.unbroken().measured().forEach(measured -> all.addAll(measured.values().keySet()));
    if (all.isEmpty()) {
      return Optional.empty();
    }
    Optional<Diagnosis> found = diagnosis().filter(d -> d.part() == Part.METRICS);
    List<String> timed = all.stream().filter(Diagnosis::isOfTheMachine).toList();
    all.removeAll(timed);
    String names = some(List.copyOf(all));
    String apart = timed.isEmpty() ? "" : "; not compared: " + some(timed);
    return Optional.of(
        found
            .map(d -> ROW.formatted(Part.METRICS.title(), "DIFFERS", some(d.names())))
            .orElse(
                ROW.formatted(
                    Part.METRICS.title(),
                    metricsDiffer() ? "DIFFERS" : "identical",
                    names + apart)));
  }

  /** Whether metrics differ, possibly as a consequence of another difference. */
  private boolean metricsDiffer() {
    return evidence.relayed().stream()
        .flatMap(leg -> leg.measured().stream())
        .anyMatch(
            theirs ->
                evidence
                    .unbroken()
                    .measuredAt(theirs.of())
                    .filter(
                        mine ->
                            DrillEvidence.differing(mine.values(), theirs.values())
                                .anyMatch(name -> !Diagnosis.isOfTheMachine(name)))
                    .isPresent());
  }

  private Optional<String> ofEnd() {
    Optional<Leg.End> end = evidence.unbroken().end();
    Optional<Diagnosis> found = diagnosis().filter(d -> d.part() == Part.END);
    if (found.isPresent()) {
      String how =
          evidence.unbrokenEnd().equals(evidence.relayedEnd())
              ? "at %s by run.finish in one of the runs alone".formatted(found.get().at())
              : "unbroken %s, relayed %s"
                  .formatted(where(evidence.unbrokenEnd()), where(evidence.relayedEnd()));
      return Optional.of(ROW.formatted(Part.END.title(), "DIFFERS", how));
    }
    return end.map(
        e ->
            ROW.formatted(
                Part.END.title(), "identical", "at %s: %s".formatted(e.at(), e.reason())));
  }

  private static String where(Optional<Position> end) {
    return end.map(at -> "at " + at).orElse("not yet");
  }

  private Optional<Position> firstStep(BiPredicate<Leg.Step, Leg.Step> same) {
    return evidence.relayed().stream()
        .flatMap(leg -> leg.steps().stream())
        .filter(
            step ->
                evidence
                    .unbroken()
                    .stepAt(step.at())
                    .filter(mine -> !same.test(mine, step))
                    .isPresent())
        .map(Leg.Step::at)
        .findFirst();
  }

  private int batches() {
    return (int) evidence.relayed().stream().mapToLong(leg -> leg.steps().size()).sum();
  }

  private static String things(int count, String what) {
    String plural = what.endsWith("h") ? what + "es" : what + "s";
    return count + " " + (count == 1 ? what : plural);
  }

  private static String some(List<String> names) {
    String shown = names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "));
    return names.size() > NAMES_SHOWN ? shown + ", …" : shown;
  }
}
