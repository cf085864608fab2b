package baton.simulation;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.History;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.RestoreJob;
import baton.protocol.Checkpoint;
import baton.protocol.Retention;
import baton.protocol.Sha256;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** The referee's record of the checkpoints that a job asked to keep (R13). */
final class KeptBooks {
  private static final int HEAD_AND_PARENT = 2;

  private final Map<Sha256, OptionalDouble> scores = new HashMap<>();
  private Set<Checkpoint> committed = new HashSet<>();

  /** After a restore or a recovery, only the checkpoints that are kept then count. */
  void restored(Job job) {
    committed = new HashSet<>(job.kept());
  }

  /** What is wrong with the checkpoints that are kept now, if anything is. */
  Optional<String> changed(Job after, Command command, Decision decision) {
    for (History row : decision.rows()) {
      note(after.spec().policy().retention(), row);
    }
    if (command instanceof RestoreJob) {
      restored(after);
    }
    return command instanceof Commit ? wrong(after) : Optional.empty();
  }

  private void note(Retention retention, History row) {
    if (row instanceof History.CheckpointCommitted commit) {
      committed.add(commit.checkpoint());
      retention
          .best()
          .ifPresent(
              best -> scores.put(commit.checkpoint().digest(), best.score(commit.measurements())));
    } else if (row instanceof History.CheckpointMarked marked
        && marked.mark() == History.CheckpointMarked.Mark.REJECTED) {
      committed.removeIf(checkpoint -> checkpoint.digest().equals(marked.digest()));
    }
  }

  private Optional<String> wrong(Job job) {
    Retention retention = job.spec().policy().retention();
    List<Checkpoint> kept = job.kept();
    if (retention.bytes().isPresent()) {
      long bytes = kept.stream().mapToLong(Checkpoint::bytes).sum();
      boolean fits = bytes <= retention.bytes().get() || kept.size() <= HEAD_AND_PARENT;
      return fits ? Optional.empty() : Optional.of("kept more bytes than the job may take");
    }
    boolean milestones =
        committed.stream()
            .filter(checkpoint -> retention.isMilestone(checkpoint.position()))
            .allMatch(kept::contains);
    if (!milestones) {
      return Optional.of("the end of an epoch that was to be kept is not");
    }
    boolean best = retention.best().map(by -> isBestKept(by, kept)).orElse(true);
    return best ? Optional.empty() : Optional.of("the best checkpoint is not kept");
  }

  private boolean isBestKept(Retention.Best by, List<Checkpoint> kept) {
    return committed.stream()
        .filter(checkpoint -> score(checkpoint).isPresent())
        .allMatch(
            one ->
                kept.stream()
                    .filter(other -> score(other).isPresent())
                    .anyMatch(
                        other ->
                            !by.isBetter(score(one).getAsDouble(), score(other).getAsDouble())));
  }

  private OptionalDouble score(Checkpoint checkpoint) {
    return scores.getOrDefault(checkpoint.digest(), OptionalDouble.empty());
  }
}
