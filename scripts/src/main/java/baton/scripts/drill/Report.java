package baton.scripts.drill;

import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the drill tells in the end.
 *
 * @param killed where
 * @param restored from where
 * @param seconds it took in all
 */
record Report(
    String program,
    boolean isScript,
    Diagnosis.Evidence evidence,
    Position killed,
    Position restored,
    long seconds) {
  private static final int NAMES_SHOWN = 3;
  private static final String ROW = "  %-14s %-10s %s";

  /** Empty: the relay is exact. */
  Optional<Diagnosis> diagnosis() {
    return Diagnosis.of(evidence);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("  killed at %s with SIGKILL, went on from %s".formatted(killed, restored));
    lines.add("");
    for (Part part : List.of(Part.WEIGHTS, Part.OPTIMIZER, Part.STATE)) {
      lines.add(ofState(part));
    }
    lines.add(ofOrder());
    lines.add(ofRandomness());
    lines.add("");
    diagnosis()
        .ifPresent(
            found -> {
              Advice advice = Advice.on(found, isScript);
              lines.addAll(Wrapped.at(84, advice.finding()));
              lines.addAll(Wrapped.at(84, advice.remedy()));
              lines.add("");
            });
    lines.add(last());
    return lines;
  }

  private String last() {
    String tail =
        "program=%s killed=%s resumed=%s compared=%d seconds=%d"
            .formatted(program, killed, restored, batches(), seconds);
    return diagnosis()
        .map(
            found ->
                "DRILL NOT EXACT first=%s at=%s "
                        .formatted(found.part().title().replace(' ', '-'), found.at())
                    + tail)
        .orElse("DRILL EXACT " + tail);
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
            .flatMap(step -> step.generators().keySet().stream())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    if (names.isEmpty()) {
      return ROW.formatted(Part.RANDOMNESS.title(), "-", "not seen; the losses tell of it");
    }
    boolean hidden = diagnosis().filter(d -> d.part() == Part.RANDOMNESS).isPresent();
    return firstStep((one, other) -> one.generators().equals(other.generators()))
        .map(at -> ROW.formatted(Part.RANDOMNESS.title(), "DIFFERS", "at " + at + ": " + names))
        .orElse(
            ROW.formatted(
                Part.RANDOMNESS.title(),
                hidden ? "DIFFERS" : "identical",
                hidden ? "in a generator that Baton does not know" : names));
  }

  private interface Same {
    boolean in(Leg.Step one, Leg.Step other);
  }

  private Optional<Position> firstStep(Same same) {
    return evidence.relayed().stream()
        .flatMap(leg -> leg.steps().stream())
        .filter(
            step ->
                evidence.unbroken().steps().stream()
                    .filter(mine -> mine.at().equals(step.at()))
                    .anyMatch(mine -> !same.in(mine, step)))
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
