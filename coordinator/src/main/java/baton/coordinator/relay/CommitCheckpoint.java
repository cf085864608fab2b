package baton.coordinator.relay;

import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Transitions;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Moves the head.
 *
 * <ol>
 *   <li>If this coordinator may reach the store, it checks the files (R5). A commit that would be
 *       refused anyway is refused before a file is read; if it is a repeat, it gets the stored
 *       answer (R8).
 *   <li>The commit is decided; here, too, a commit that would be refused may be a repeat.
 * </ol>
 */
final class CommitCheckpoint {
  private final JobStore jobs;
  private final Transitions door;
  private final Evidence evidence;
  private final HandOver handOver;
  private final LeaseLiveness liveness;

  CommitCheckpoint(
      JobStore jobs,
      Transitions door,
      Evidence evidence,
      HandOver handOver,
      LeaseLiveness liveness) {
    this.jobs = jobs;
    this.door = door;
    this.evidence = evidence;
    this.handOver = handOver;
    this.liveness = liveness;
  }

  /**
   * @throws BadCommit if the manifest or a file is wrong
   * @throws CommitUnchecked if the store cannot be read now
   */
  CompletionStage<Outcome> commit(JobId id, Fence fence, Sha256 secretHash, Committing committing) {
    Job job = jobs.existing(id);
    Commit read = committing.command(job, fence, secretHash);
    Commit commit = read.givingWay(handOver.when(job, read.checkpoint().position()));
    if (evidence.mayReach(job)) {
      Outcome likely = door.preview(job, commit);
      if (likely instanceof Outcome.Refused) {
        return CompletableFuture.completedStage(
            jobs.answer(commit.repeatKey().orElseThrow())
                .map(JobStore.StoredAnswer::outcome)
                .orElse(likely));
      }
      commit = commit.verifiedBy(evidence.ofCommit(job, commit.checkpoint()));
    }
    return door.apply(id, commit)
        .whenComplete(
            (outcome, failure) -> {
              if (outcome instanceof Outcome.Committed) {
                liveness.committed(id, fence);
              }
            });
  }
}
