package baton.coordinator.lease;

import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.StoreId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Creates a job; the only request that is not about an existing job.
 *
 * @param store the coordinator's own store, for a spec that names none; empty to bind the job to
 *     that of the first session that leases it
 */
public record Submit(JobId id, JobSpec spec, Optional<StoreId> store) {
  public Decision decide(Instant now) {
    Job job = Job.submitted(id, spec, store, now);
    return new Decision(
        Optional.of(job),
        new Outcome.Submitted(id),
        List.of(
            new History.Event(
                History.Event.Kind.SUBMITTED,
                "submitted: %s for %d epochs".formatted(spec.program(), spec.epochs()),
                now)));
  }
}
