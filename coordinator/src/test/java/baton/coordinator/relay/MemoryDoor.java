package baton.coordinator.relay;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.TransitionListener;
import baton.coordinator.lease.TransitionListeners;
import baton.coordinator.lease.Transitions;
import baton.protocol.JobId;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** The door of one coordinator to jobs that it may share: who listens hears what passes here. */
final class MemoryDoor implements Transitions {
  private final MemoryJobs jobs;
  private final TransitionListeners listeners = new TransitionListeners();

  MemoryDoor(MemoryJobs jobs) {
    this.jobs = jobs;
  }

  @Override
  public CompletionStage<Outcome> submit(Submit submit) {
    return listeners.hear(submit, jobs.submit(submit));
  }

  @Override
  public CompletionStage<Outcome> apply(JobId job, Command command, BooleanSupplier stillCounts) {
    return listeners.hear(job, command, jobs.apply(job, command, stillCounts));
  }

  @Override
  public Outcome preview(Job job, Command command) {
    return jobs.preview(job, command);
  }

  @Override
  public void listen(TransitionListener listener) {
    listeners.add(listener);
  }
}
