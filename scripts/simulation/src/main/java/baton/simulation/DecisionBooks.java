package baton.simulation;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.RestoreJob;
import baton.protocol.Ask;
import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The referee's record of decisions that may be stored, and of what they are based on (V1). */
final class DecisionBooks {
  /** Stands for a transition that is stored without a request to a coordinator. */
  private static final Command RECOVERY = new RestoreJob(1, Optional.empty(), Set.of());

  private final InvariantReport whistle;
  private final Map<Job, Decided> decisions = new IdentityHashMap<>();

  DecisionBooks(InvariantReport whistle) {
    this.whistle = whistle;
  }

  /**
   * A decision that is not stored yet.
   *
   * @param knowsSince the time since which the coordinator that decided has seen all renewals
   * @param asked what there was to choose from; empty if that cannot be known for sure
   */
  record Decided(
      Job before,
      Command command,
      Decision decision,
      Instant at,
      Duration knowsSince,
      Optional<Situation> asked) {}

  /**
   * What there is to choose from.
   *
   * @param waiting the requests for a lease that wait at the coordinator
   */
  record Situation(List<Job> open, List<Ask> waiting) {}

  void decided(Decided decided) {
    decided.decision().changed().ifPresent(after -> decisions.put(after, decided));
  }

  /**
   * The decision behind a transition that is in the database now; empty if it creates a job.
   *
   * @param before the job as it was in the database, if it existed
   */
  Optional<Decided> stored(Optional<Job> before, Transition transition, Instant now) {
    Decided decided = decisions.remove(transition.changed());
    if (decided != null) {
      whistle.require(
          before.get() == decided.before(), "V1", "decided on a job as it no longer was");
      return Optional.of(decided);
    }
    Decision decision =
        new Decision(Optional.of(transition.changed()), transition.outcome(), transition.rows());
    return before.map(
        job -> new Decided(job, RECOVERY, decision, now, Duration.ZERO, Optional.empty()));
  }
}
