package baton.coordinator.relay;

import baton.coordinator.lease.Expire;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Transitions;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Looks at the live leases several times a second, and ends those that stall or pause too long. */
final class WatchLeases {
  private final Transitions transitions;
  private final LeaseLiveness liveness;
  private final StalledLeases stalledLeases;

  WatchLeases(Transitions transitions, LeaseLiveness liveness, StalledLeases stalledLeases) {
    this.transitions = transitions;
    this.liveness = liveness;
    this.stalledLeases = stalledLeases;
  }

  /**
   * A lease that has run out is not ended until somebody wants its job, unless the job is pausing.
   *
   * @param open the jobs that are not over
   */
  void look(List<Job> open) {
    liveness.forgetAllBut(open);
    BooleanSupplier stillCounts = liveness.stillCounts();
    for (Job job : liveness.look(open)) {
      liveness.stalled(job).ifPresent(phase -> stalledLeases.end(job, phase, stillCounts));
    }
    List<Job> pausing = open.stream().filter(job -> job.state() == JobState.PAUSING).toList();
    liveness
        .ranOut(pausing)
        .forEach((job, fence) -> transitions.apply(job, new Expire(fence), stillCounts));
  }
}
