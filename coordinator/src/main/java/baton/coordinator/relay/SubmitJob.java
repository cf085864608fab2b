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

/** Creates a job, once for each idempotency key. */
final class SubmitJob {
  private final JobStore jobs;
  private final Transitions door;
  private final Supplier<JobId> ids;
  private final Optional<StoreId> ownStore;

  /**
   * @param ownStore the store that jobs are bound to which name none
   */
  SubmitJob(JobStore jobs, Transitions door, Supplier<JobId> ids, Optional<StoreId> ownStore) {
    this.jobs = jobs;
    this.door = door;
    this.ids = ids;
    this.ownStore = ownStore;
  }

  /**
   * @param id of the job, if the caller's idempotency key determines it
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
    return door.submit(new Submit(id.orElseGet(ids), spec, ownStore));
  }
}
