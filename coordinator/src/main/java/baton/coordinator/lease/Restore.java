package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import java.time.Instant;
import java.util.List;

/**
 * Takes a job up from a back-up: its leases end, its fences go on above all that the lost time may
 * have granted (R2), and what the store holds beyond the back-up is adopted.
 *
 * @param incarnation the larger of the highest seen in database and store plus one, and Unix
 *     seconds
 * @param found the chain that {@link Recovery} finds in the store, the head first; empty if the
 *     store cannot be read, and then the back-up's chain stands
 */
public record Restore(long incarnation, List<Checkpoint> found) implements Command {
  public Restore {
    found = List.copyOf(found);
  }

  @Override
  public Decision decide(Job job, Instant now) {
    if (incarnation <= job.fence().incarnation()) {
      throw new IllegalArgumentException(
          "incarnation %d is not above %d".formatted(incarnation, job.fence().incarnation()));
    }
    Change change = job.change();
    if (job.lease().isPresent()) {
      change.endLease(LeaseEnd.RESTORED, now);
    }
    boolean adopts = !found.isEmpty() && !job.state().isOver();
    if (adopts) {
      change.chain(found);
    }
    boolean complete = adopts && found.get(0).position().equals(job.spec().end());
    JobState after = complete ? JobState.COMPLETE : job.state().withoutLease();
    if (complete) {
      change.state(JobState.COMPLETE, "all epochs are done");
    }
    return change
        .fence(Fence.beforeIncarnation(incarnation))
        .row(
            new History.Event(
                History.Event.Kind.RESTORED,
                "restored as incarnation %d%s"
                    .formatted(incarnation, adopts ? " at " + found.get(0).position() : ""),
                now))
        .answer(new Outcome.Now(after));
  }
}
