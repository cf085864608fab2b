package baton.coordinator.relay;

import baton.coordinator.lease.Expire;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Transitions;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Looks at the live leases several times a second, and ends what stalls or pauses too long. */
final class WatchLeases {
  private final Transitions door;
  private final LeaseLiveness liveness;
  private final StalledLeases stalledLeases;

  WatchLeases(Transitions door, LeaseLiveness liveness, StalledLeases stalledLeases) {
    this.door = door;
    this.liveness = liveness;
    this.stalledLeases = stalledLeases;
  }

  /**
   * A lease that has run out lives on until somebody wants its job, unless that is to be paused.
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
        .forEach((job, fence) -> door.apply(job, new Expire(fence), stillCounts));
  }
}
