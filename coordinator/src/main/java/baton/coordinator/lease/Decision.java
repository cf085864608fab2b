package baton.coordinator.lease;

import java.util.List;
import java.util.Optional;

/**
 * The result of a command: the changed job, the answer, and rows of history, all to be stored in
 * one transaction.
 *
 * @param changed the changed job; empty if nothing changes and nothing is stored
 */
public record Decision(Optional<Job> changed, Outcome outcome, List<History> rows) {
  public Decision {
    rows = List.copyOf(rows);
    if (changed.isEmpty() && !rows.isEmpty()) {
      throw new IllegalArgumentException("history is written with a change of the job");
    }
  }

  static Decision unchanged(Outcome outcome) {
    return new Decision(Optional.empty(), outcome, List.of());
  }

  static Decision refused(Refusal why, String detail) {
    return unchanged(new Outcome.Refused(why, detail));
  }
}
