package baton.coordinator.relay;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.Transitions;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.StoreId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Creates a job, at most once for each idempotency key. */
final class SubmitJob {
  private final JobStore jobs;
  private final Transitions transitions;
  private final Supplier<JobId> ids;
  private final Optional<StoreId> ownStore;

  /**
   * @param ownStore the store for jobs that name none
   */
  SubmitJob(
      JobStore jobs, Transitions transitions, Supplier<JobId> ids, Optional<StoreId> ownStore) {
    this.jobs = jobs;
    this.transitions = transitions;
    this.ids = ids;
    this.ownStore = ownStore;
  }

  /**
   * @param id the job's id, if the caller's idempotency key determines it
   * @throws KeyReused if the key has named another job before
   */
  CompletionStage<Outcome> submit(JobSpec spec, Optional<JobId> id) {
    Optional<Job> before = id.flatMap(jobs::find);
    if (before.filter(job -> job.spec().equals(spec)).isPresent()) {
      return CompletableFuture.completedStage(new Outcome.Submitted(before.get().id()));
    }
    if (before.isPresent()) {
      throw new KeyReused(before.get().spec().name());
    }
    return transitions.submit(new Submit(id.orElseGet(ids), spec, ownStore));
  }
}
