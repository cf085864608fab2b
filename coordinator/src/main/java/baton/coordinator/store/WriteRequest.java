package baton.coordinator.store;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Submit;
import baton.protocol.JobId;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** A submission, or a command on a job, that waits for its answer. */
sealed interface WriteRequest {
  JobId job();

  CompletableFuture<Outcome> answer();

  /** Creates a job. */
  record Creation(Submit submit, CompletableFuture<Outcome> answer) implements WriteRequest {
    @Override
    public JobId job() {
      return submit.id();
    }
  }

  /** Changes a job. */
  record Order(
      JobId job, Command command, BooleanSupplier stillCounts, CompletableFuture<Outcome> answer)
      implements WriteRequest {}
}
