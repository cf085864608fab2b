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

/** What the referee knows of decisions that may be stored, and of what they rest on (V1). */
final class DecisionBooks {
  /** What is stored without anybody's having asked a coordinator. */
  private static final Command RECOVERY = new RestoreJob(1, Optional.empty(), Set.of());

  private final InvariantReport whistle;
  private final Map<Job, Decided> decisions = new IdentityHashMap<>();

  DecisionBooks(InvariantReport whistle) {
    this.whistle = whistle;
  }

  /**
   * What was decided, but not stored yet.
   *
   * @param knowsSince since when the coordinator that decided has seen all renewals
   * @param asked what there was to choose from; empty: nobody could know that for sure
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
   * How it came to a transition that is in the database now; empty: it creates a job.
   *
   * @param before the job as it was there, if there was one
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
