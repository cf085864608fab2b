package baton.coordinator.store;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import java.time.Instant;
import java.util.Optional;

/** Who decides a command; anything but {@link #RULES} only to show what breaks without a rule. */
@FunctionalInterface
public interface Decider {
  /** The rules: what the command itself says. */
  Decider RULES = (job, stored, command, now) -> command.decide(job, stored, now);

  /**
   * What the job becomes and what is answered.
   *
   * @param stored the answer to the same request, if it was made before
   */
  Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now);
}
