package baton.cli.drill;

import baton.protocol.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one worker trained.
 *
 * @param forgotten the objects that its program did not give to be saved
 * @param end where and why the program ended its training early; empty if it did not
 * @param afterLoop the line of the script after its loop; empty if there is none
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

  /** A leg of which only the steps are known. */
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
   * @param batch a fingerprint of what was trained on; empty if it was not seen
   * @param loss with all digits; empty if there was no step, or no loss was given
   */
  record Step(Position at, Optional<String> batch, Optional<String> loss, Before before) {}

  /**
   * Fingerprints of the state before a batch, by name.
   *
   * @param generators the global ones, and those given to {@code baton.resume}
   * @param parts the other objects that were given, by kind: {@code model}, {@code optimizer}, …
   * @param strangers the objects that were not given, by the path through which the script reaches
   *     them
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
   * @param values the values by name, as text; {@code null} for a number that is not finite
   */
  record Measured(Position of, Map<String, String> values) {
    Measured {
      values = Map.copyOf(values);
    }
  }

  /**
   * An object that could be saved but was not given.
   *
   * @param kind {@code model}, {@code optimizer}, {@code scheduler}, {@code generator}, {@code
   *     state}
   * @param name the name of its class
   * @param path the path through which the script reaches it
   */
  record Forgotten(String kind, String name, String path) {
    @Override
    public String toString() {
      return "%s (%s)".formatted(path, name);
    }
  }

  /** An early end that the program requested. */
  record End(Position at, String reason) {}
}
