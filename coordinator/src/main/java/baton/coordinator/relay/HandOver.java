package baton.coordinator.relay;

import baton.coordinator.lease.GiveWay;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Turns;
import baton.protocol.Position;
import java.time.Clock;
import java.util.List;

/** Decides whether a committing holder gives way. */
final class HandOver {
  private final OpenJobs openJobs;
  private final WaitingRoom waitingRoom;
  private final LeaseLiveness liveness;
  private final Clock clock;

  HandOver(OpenJobs openJobs, WaitingRoom waitingRoom, LeaseLiveness liveness, Clock clock) {
    this.openJobs = openJobs;
    this.waitingRoom = waitingRoom;
    this.liveness = liveness;
    this.clock = clock;
  }

  /** When the holder gives way; within a segment it does so only for jobs of higher priority. */
  GiveWay when(Job job, Position position) {
    if (job.lease().isEmpty()) {
      return GiveWay.NOT_NOW;
    }
    int own = job.spec().priority();
    boolean within = job.lease().get().segment().to().isAfter(position);
    int least = within ? own + 1 : own;
    if (within && !openJobs.haveAny(least)) {
      return GiveWay.NOT_NOW;
    }
    List<Job> rivals =
        openJobs.all().stream().filter(other -> other.spec().priority() >= least).toList();
    return Turns.when(
        job,
        rivals,
        waitingRoom.asks(),
        liveness.ranOut(rivals),
        liveness.costOfChange(job),
        clock.instant());
  }
}
