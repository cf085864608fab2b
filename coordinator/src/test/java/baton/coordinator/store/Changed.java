package baton.coordinator.store;

import baton.coordinator.lease.Budget;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.protocol.JobId;
import java.util.List;
import java.util.Optional;

/** Jobs that no command makes, for tests of what a store does with them. */
final class Changed {
  private Changed() {}

  static Transition with(Job job, Budget budget) {
    Job changed = copy(job, job.id(), job.version() + 1, budget);
    return new Transition(
        job.version(), changed, new Outcome.Released(), List.of(), Optional.empty(), () -> true);
  }

  static Job withId(Job job, String id) {
    return copy(job, new JobId(id), job.version(), job.budget());
  }

  private static Job copy(Job job, JobId id, long version, Budget budget) {
    return new Job(
        id,
        job.spec(),
        version,
        job.state(),
        job.reason(),
        job.store(),
        job.chain(),
        job.shelf(),
        job.begun(),
        job.fence(),
        job.lease(),
        budget,
        job.submittedAt(),
        job.waitingSince(),
        job.certificate(),
        job.acceptChange());
  }
}
