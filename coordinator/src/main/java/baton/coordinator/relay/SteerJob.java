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

/** What a person wants of a job: that it rests, goes on, or ends. */
final class SteerJob {
  private final JobStore jobs;
  private final Transitions door;
  private final LeaseLiveness liveness;

  SteerJob(JobStore jobs, Transitions door, LeaseLiveness liveness) {
    this.jobs = jobs;
    this.door = door;
    this.liveness = liveness;
  }

  /** A lease that has run out already ends with it; another may commit until it does. */
  CompletionStage<Outcome> pause(JobId id) {
    Job job = jobs.existing(id);
    BooleanSupplier stillCounts = liveness.stillCounts();
    Optional<Fence> ranOut = Optional.ofNullable(liveness.ranOut(List.of(job)).get(id));
    return door.apply(id, new Pause(ranOut), stillCounts);
  }

  /**
   * @param acceptChange whether another program than made the head may go on from it, once
   * @param key drawn by who asks, by which a repeat is known
   */
  CompletionStage<Outcome> resume(JobId id, boolean acceptChange, Optional<String> key) {
    return door.apply(id, new Resume(acceptChange, key.map(drawn -> id.value() + "/" + drawn)));
  }

  CompletionStage<Outcome> cancel(JobId id) {
    return door.apply(id, new Cancel());
  }
}
