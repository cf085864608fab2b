package baton.coordinator.relay;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Renew;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.Transitions;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Renews a lease, and tells its holder what to do. Nothing is stored unless the lease stalls. */
final class RenewLease {
  private final JobStore jobs;
  private final Transitions transitions;
  private final LeaseLiveness liveness;
  private final StalledLeases stalledLeases;
  private final Runnable mayDecide;

  RenewLease(
      JobStore jobs,
      Transitions transitions,
      LeaseLiveness liveness,
      StalledLeases stalledLeases,
      Runnable mayDecide) {
    this.jobs = jobs;
    this.transitions = transitions;
    this.liveness = liveness;
    this.stalledLeases = stalledLeases;
    this.mayDecide = mayDecide;
  }

  CompletionStage<Outcome> renew(JobId id, Fence fence, Sha256 secretHash, Renewing renewing) {
    BooleanSupplier stillCounts = liveness.stillCounts();
    Job job = jobs.existing(id);
    Renew renew = new Renew(fence, secretHash, renewing.position());
    Outcome outcome = transitions.preview(job, renew);
    if (!holds(outcome)) {
      return CompletableFuture.completedStage(outcome);
    }
    boolean swiftly = liveness.renewed(job, renewing);
    mayDecide
        .run(); // if this coordinator was cut off meanwhile, no other member has seen the renewal
    if (!swiftly) {
      // Sharing was slow, so another member may have ended the lease meanwhile.
      outcome = transitions.preview(jobs.existing(id), renew);
    }
    Outcome answer = outcome;
    return liveness
        .stalled(job)
        .filter(phase -> holds(answer))
        .map(phase -> stalledLeases.end(job, phase, stillCounts))
        .orElseGet(() -> CompletableFuture.completedStage(answer));
  }

  private static boolean holds(Outcome outcome) {
    return outcome instanceof Outcome.Renewed renewed && renewed.directive() != Directive.STOP;
  }
}
