package baton.coordinator.relay;

import baton.coordinator.lease.Cancel;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Pause;
import baton.coordinator.lease.Resume;
import baton.coordinator.lease.Transitions;
import baton.protocol.Fence;
import baton.protocol.JobId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Pauses, resumes and cancels jobs. */
final class SteerJob {
  private final JobStore jobs;
  private final Transitions transitions;
  private final LeaseLiveness liveness;

  SteerJob(JobStore jobs, Transitions transitions, LeaseLiveness liveness) {
    this.jobs = jobs;
    this.transitions = transitions;
    this.liveness = liveness;
  }

  /** A lease that has run out ends at once; another one may commit until it does. */
  CompletionStage<Outcome> pause(JobId id) {
    Job job = jobs.existing(id);
    BooleanSupplier stillCounts = liveness.stillCounts();
    Optional<Fence> ranOut = Optional.ofNullable(liveness.ranOut(List.of(job)).get(id));
    return transitions.apply(id, new Pause(ranOut), stillCounts);
  }

  /**
   * @param acceptChange whether, once, a program other than the one that made the head may go on
   *     from it
   * @param key drawn by the client; identifies a repeat
   */
  CompletionStage<Outcome> resume(JobId id, boolean acceptChange, Optional<String> key) {
    return transitions.apply(
        id, new Resume(acceptChange, key.map(drawn -> id.value() + "/" + drawn)));
  }

  CompletionStage<Outcome> cancel(JobId id) {
    return transitions.apply(id, new Cancel());
  }
}
