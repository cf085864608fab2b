package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.NumericProfile;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Takes a job up from a back-up: its leases end, its fences go on above all that the lost time may
 * have granted (R2), and what the store holds beyond the back-up is adopted.
 *
 * @param incarnation the larger of the highest seen in database and store plus one, and Unix
 *     seconds
 * @param found the chain that {@link Recovery} finds in the store, the head first; empty: the store
 *     cannot be read, and then the job pauses, since what the lost time committed is not known and
 *     it must not start again from the seed (R3)
 * @param certificate of the chain found, where its manifests were read for it; empty: what was
 *     committed in the lost time is not known to be exact
 */
public record Restore(
    long incarnation, Optional<List<Checkpoint>> found, Optional<Certificate> certificate)
    implements Command {
  public Restore {
    found = found.map(List::copyOf);
  }

  public Restore(long incarnation, Optional<List<Checkpoint>> found) {
    this(incarnation, found, Optional.empty());
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
    change
        .fence(Fence.beforeIncarnation(incarnation))
        .row(
            new History.Event(
                History.Event.Kind.RESTORED, "restored as incarnation " + incarnation, now));
    return change.answer(new Outcome.Now(adopt(change, job, now)));
  }

  /** Goes on from what was found; the state the job is in then. */
  private JobState adopt(Change change, Job job, Instant now) {
    JobState otherwise = job.state().withoutLease();
    if (job.state().isOver()) {
      return otherwise;
    }
    if (found.isEmpty()) {
      Endings.pause(
          change,
          "it was restored from a back-up while its store could not be read, so newer checkpoints may"
              + " be missing. Resume it to go on from the back-up all the same.",
          now);
      return JobState.PAUSED;
    }
    if (found.get().isEmpty()) {
      return otherwise;
    }
    change.chain(found.get(), certificate.orElseGet(() -> certify(job, found.get())));
    if (!found.get().get(0).position().equals(job.spec().end())) {
      return otherwise;
    }
    change.state(JobState.COMPLETE, "all epochs are done");
    return JobState.COMPLETE;
  }

  /** What the back-up knew of the chain holds up to where the two part. */
  private static Certificate certify(Job job, List<Checkpoint> found) {
    Checkpoint head = found.get(0);
    Optional<Checkpoint> shared = found.stream().filter(job.chain()::contains).findFirst();
    if (shared.isEmpty()) {
      return Certificate.NOT_KNOWN;
    }
    Certificate known = job.certificate().rolledBackTo(shared.get().position());
    return shared.get().equals(head)
        ? known
        : known.extended(NumericProfile.UNKNOWN, shared.get().position(), head.fence());
  }
}
