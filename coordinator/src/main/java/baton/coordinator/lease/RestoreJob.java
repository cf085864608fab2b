package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Recovers a job from a back-up, or from its store alone. Its lease ends; its fences and versions
 * continue above all that may have been used in the lost time (R2); and checkpoints that are in the
 * store but not in the back-up are adopted.
 *
 * @param incarnation one above the highest seen in database and store, or Unix seconds if that is
 *     larger
 * @param found what {@link Recovery} finds in the store; empty if the store cannot be read. Then
 *     the job is paused: what was committed in the lost time is unknown, and the job must not start
 *     again from the seed (R3)
 * @param known the checkpoints in the job's history, whether kept or not
 */
public record RestoreJob(long incarnation, Optional<RecoveredJob> found, Set<Sha256> known)
    implements Command {
  public RestoreJob {
    known = Set.copyOf(known);
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
        .versionOfIncarnation(incarnation)
        .fence(Fence.beforeIncarnation(incarnation))
        .acceptChange(false) // it may have been used in the lost time
        .row(
            new History.Event(
                History.Event.Kind.RESTORED, "restored as incarnation " + incarnation, now));
    return change.answer(new Outcome.Now(adopt(change, job, now)));
  }

  /** Goes on from what was found, and returns the state that the job is in then. */
  private JobState adopt(Change change, Job job, Instant now) {
    JobState otherwise = job.state().withoutLease();
    if (job.state().isOver()) {
      return otherwise;
    }
    if (found.isEmpty()) {
      Endings.pause(
          change,
          "it was restored from a back-up while its store could not be read, so newer checkpoints"
              + " may be missing. Resume it to go on from the back-up all the same.",
          now);
      return JobState.PAUSED;
    }
    if (found.get().line().isEmpty()) {
      return job.begun() ? nothingWhole(change, now) : otherwise;
    }
    change.store(found.get().line().get(0).store());
    new AdoptedHistory(found.get(), known).rows().forEach(change::row);
    mark(change, job, found.get(), now);
    change.keep(found.get().keeping(), found.get().certificate());
    if (!found.get().keeping().kept().get(0).equals(job.head().orElse(null))) {
      change.budget(job.budget().headMoved());
    }
    if (!found.get().keeping().kept().get(0).position().equals(job.spec().end())) {
      return otherwise;
    }
    change.state(JobState.COMPLETE, "all epochs are done");
    return JobState.COMPLETE;
  }

  private static JobState nothingWhole(Change change, Instant now) {
    Endings.pause(
        change,
        "none of its checkpoints is whole in its store. Put the files back, then resume; or cancel"
            + " this job.",
        now);
    return JobState.PAUSED;
  }

  /**
   * Marks checkpoints of the line that do not stay as pruned, and those beside it as rejected,
   * since they were found incomplete.
   */
  private void mark(Change change, Job job, RecoveredJob recovered, Instant now) {
    Set<Checkpoint> line =
        recovered.line().stream().map(StoredManifest::checkpoint).collect(Collectors.toSet());
    for (StoredManifest stored : recovered.line()) {
      Checkpoint checkpoint = stored.checkpoint();
      boolean marked = known.contains(checkpoint.digest()) && !job.kept().contains(checkpoint);
      if (!marked && !recovered.keeping().kept().contains(checkpoint)) {
        change.row(
            new History.CheckpointMarked(
                checkpoint.digest(), History.CheckpointMarked.Mark.PRUNED, now));
      }
    }
    for (Checkpoint left : job.kept()) {
      if (!line.contains(left)) {
        change.row(
            new History.CheckpointMarked(
                left.digest(), History.CheckpointMarked.Mark.REJECTED, now));
      }
    }
  }
}
