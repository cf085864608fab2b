package baton.coordinator.relay;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.Schedule;
import baton.protocol.Position;
import java.time.Clock;
import java.util.List;

/** Whether a holder is to give way at its segment's end. */
final class HandOver {
  private final OpenJobs openJobs;
  private final WaitingRoom waitingRoom;
  private final Lifelines lifelines;
  private final Clock clock;

  HandOver(OpenJobs openJobs, WaitingRoom waitingRoom, Lifelines lifelines, Clock clock) {
    this.openJobs = openJobs;
    this.waitingRoom = waitingRoom;
    this.lifelines = lifelines;
    this.clock = clock;
  }

  /** Only a segment's end is a hand-over point; on the way there nobody else is looked at. */
  boolean isDue(Job job, Position position) {
    if (job.lease().filter(lease -> !lease.segment().to().isAfter(position)).isEmpty()) {
      return false;
    }
    List<Job> open = openJobs.all();
    return Schedule.turnIsOver(
        job, open, waitingRoom.asks(), lifelines.ranOut(open), clock.instant());
  }
}
