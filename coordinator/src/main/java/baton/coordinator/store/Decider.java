package baton.coordinator.store;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import java.time.Instant;
import java.util.Optional;

/** Decides commands. Anything but {@link #RULES} only serves to show what breaks without a rule. */
@FunctionalInterface
public interface Decider {
  /** The rules, as each command implements them. */
  Decider RULES = (job, stored, command, now) -> command.decide(job, stored, now);

  /**
   * Decides the job's next state and the answer.
   *
   * @param stored the answer to the same request, if it was made before
   */
  Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now);
}
