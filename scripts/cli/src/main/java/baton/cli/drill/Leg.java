package baton.cli.drill;

import baton.protocol.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one worker trained.
 *
 * @param forgotten what its program had, and did not give to be saved
 * @param end where and why the program ended its training; empty: it did not
 * @param afterLoop the line of the script that follows its loop; empty: none does
 */
record Leg(
    List<Step> steps,
    List<Measured> measured,
    List<Forgotten> forgotten,
    Optional<End> end,
    Optional<String> afterLoop) {
  Leg {
    steps = List.copyOf(steps);
    measured = List.copyOf(measured);
    forgotten = List.copyOf(forgotten);
  }

  /** One of which the steps alone are known. */
  static Leg of(List<Step> steps) {
    return new Leg(steps, List.of(), List.of(), Optional.empty(), Optional.empty());
  }

  /** Where it began. */
  Optional<Position> begin() {
    return steps.stream().map(Step::at).findFirst();
  }

  Optional<Step> stepAt(Position at) {
    return steps.stream().filter(step -> step.at().equals(at)).findFirst();
  }

  Optional<Measured> measuredAt(Position of) {
    return measured.stream().filter(m -> m.of().equals(of)).findFirst();
  }

  /**
   * One batch.
   *
   * @param at the position before it
   * @param batch a fingerprint of what was trained on; empty: not seen
   * @param loss to its last digit; empty: no step was made in it, or no loss was told
   */
  record Step(Position at, Optional<String> batch, Optional<String> loss, Before before) {}

  /**
   * Fingerprints of what there was before a batch, by name.
   *
   * @param generators the global ones, and those given to {@code baton.resume}
   * @param parts what else was given, by its kind: {@code model}, {@code optimizer}, …
   * @param strangers what was not given, by the path that the script reaches it by
   * @param values the script's own numbers and texts, by path
   */
  record Before(
      Map<String, String> generators,
      Map<String, String> parts,
      Map<String, String> strangers,
      Map<String, String> values) {
    static final Before UNKNOWN = new Before(Map.of(), Map.of(), Map.of(), Map.of());

    Before {
      generators = Map.copyOf(generators);
      parts = Map.copyOf(parts);
      strangers = Map.copyOf(strangers);
      values = Map.copyOf(values);
    }
  }

  /**
   * What was measured on the way to a position.
   *
   * @param values by name, as text; {@code null} for a number that is not finite
   */
  record Measured(Position of, Map<String, String> values) {
    Measured {
      values = Map.copyOf(values);
    }
  }

  /**
   * Something that could be saved.
   *
   * @param kind {@code model}, {@code optimizer}, {@code scheduler}, {@code generator}, {@code
   *     state}
   * @param name of its class
   * @param path by which the script reaches it
   */
  record Forgotten(String kind, String name, String path) {
    @Override
    public String toString() {
      return "%s (%s)".formatted(path, name);
    }
  }

  /** An end before the last epoch, which a program asked for. */
  record End(Position at, String reason) {}
}
