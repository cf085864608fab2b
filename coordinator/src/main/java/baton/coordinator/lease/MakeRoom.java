package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import java.time.Instant;
import java.util.List;

/**
 * Keeps fewer checkpoints because the store is short of space: of the newest only the head and its
 * parent. The best checkpoint and the ends of epochs that the job asked for stay.
 */
public record MakeRoom() implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    RetainedSet kept = job.keeping().atLeast(job.spec().policy());
    List<Checkpoint> surplus = job.keeping().beyond(kept);
    if (surplus.isEmpty() || job.head().isEmpty()) {
      return Decision.unchanged(new Outcome.Now(job.state()));
    }
    return job.change()
        .keep(kept, job.certificate().forgettingBefore(kept.oldestOfChain()))
        .prune(surplus, now)
        .row(
            new History.Event(
                History.Event.Kind.PRUNED,
                "the store is short of room, so %d older checkpoints are deleted"
                    .formatted(surplus.size()),
                now))
        .answer(new Outcome.Now(job.state()));
  }
}
