package baton.coordinator.relay;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Fail;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Release;
import baton.coordinator.lease.ReportCorrupt;
import baton.coordinator.lease.ReportMissing;
import baton.coordinator.lease.Transitions;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.ReleaseReason;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Releases a lease: in good order, or with the failure that the holder reports. */
final class ReleaseLease {
  private final JobStore jobs;
  private final Transitions transitions;
  private final Evidence evidence;

  ReleaseLease(JobStore jobs, Transitions transitions, Evidence evidence) {
    this.jobs = jobs;
    this.transitions = transitions;
    this.evidence = evidence;
  }

  CompletionStage<Outcome> release(
      JobId id, Fence fence, Sha256 secretHash, ReleaseReason why, Optional<Trouble> trouble) {
    Job job = jobs.existing(id);
    Command command =
        trouble
            .map(told -> gaveUp(job, fence, secretHash, told))
            .orElseGet(() -> new Release(fence, secretHash, why == ReleaseReason.SESSION_ENDING));
    return transitions.apply(id, command);
  }

  private Command gaveUp(Job job, Fence fence, Sha256 secretHash, Trouble trouble) {
    return switch (trouble.kind()) {
      case CORRUPT -> new ReportCorrupt(fence, secretHash, trouble, evidence.ofAccusation(job));
      case GONE -> new ReportMissing(fence, secretHash, trouble, evidence.ofAccusation(job));
      case PROGRAM, MACHINE -> new Fail(fence, secretHash, trouble);
    };
  }
}
