package baton.scripts.drill;

import baton.protocol.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one worker trained.
 *
 * @param forgotten what its program had, and did not give to be saved
 */
record Leg(List<Step> steps, List<Forgotten> forgotten) {
  Leg {
    steps = List.copyOf(steps);
    forgotten = List.copyOf(forgotten);
  }

  /**
   * One batch.
   *
   * @param at the position before it
   * @param batch a fingerprint of what was trained on; empty: not seen
   * @param generators fingerprints of the generators' states before it, by name
   * @param loss to its last digit
   */
  record Step(
      Position at, Optional<String> batch, Map<String, String> generators, Optional<String> loss) {
    Step {
      generators = Map.copyOf(generators);
    }
  }

  /**
   * Something that could be saved, by its kind ({@code optimizer}, …) and the name of its class.
   */
  record Forgotten(String kind, String name) {}
}
