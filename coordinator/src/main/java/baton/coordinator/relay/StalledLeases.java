package baton.coordinator.relay;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Stall;
import baton.coordinator.lease.Transitions;
import baton.protocol.Directive;
import baton.protocol.Phase;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Ends the leases of holders that renew but make no progress (R10). */
final class StalledLeases {
  private final Transitions transitions;

  StalledLeases(Transitions transitions) {
    this.transitions = transitions;
  }

  /**
   * Ends the lease; returns what its holder is told.
   *
   * @param phase the phase whose limits it exceeds
   * @param stillCounts whether what was seen of it still counts
   */
  CompletionStage<Outcome> end(Job job, Phase phase, BooleanSupplier stillCounts) {
    return transitions
        .apply(job.id(), new Stall(job.fence(), phase), stillCounts)
        .thenApply(
            ended ->
                new Outcome.Renewed(
                    Directive.STOP,
                    "no progress in phase " + phase.name().toLowerCase(Locale.ROOT)));
  }
}
