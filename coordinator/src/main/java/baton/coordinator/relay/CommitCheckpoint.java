package baton.coordinator.relay;

import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Transitions;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Moves the head.
 *
 * <ol>
 *   <li>A repeat gets the answer that is stored (R8).
 *   <li>What would be refused anyway is refused before a file is looked at.
 *   <li>The files are checked, where this coordinator reaches the store (R5); then it is decided.
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
   * @throws BadCommit if the manifest or a file is not as it must be
   * @throws CommitUnchecked if the store cannot be read now
   */
  CompletionStage<Outcome> commit(JobId id, Fence fence, Sha256 secretHash, Committing committing) {
    Job job = jobs.existing(id);
    Commit read = committing.command(job, fence, secretHash);
    Commit unchecked = read.givingWay(handOver.when(job, read.checkpoint().position()));
    if (jobs.answer(unchecked.repeatKey().orElseThrow()).isPresent()) {
      return door.apply(id, unchecked);
    }
    Outcome likely = door.preview(job, unchecked);
    if (likely instanceof Outcome.Refused) {
      return CompletableFuture.completedStage(likely);
    }
    Verified verified = evidence.ofCommit(job, read.checkpoint());
    return door.apply(id, unchecked.verifiedBy(verified))
        .whenComplete(
            (outcome, failure) -> {
              if (outcome instanceof Outcome.Committed) {
                liveness.committed(id, fence);
              }
            });
  }
}
