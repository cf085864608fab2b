package baton.coordinator.lease;

import baton.coordinator.lease.ReportCorrupt.OwnCheck;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Instant;
import java.util.Optional;

/**
 * Gives the lease back because files of the head are no longer in the store. That is not
 * corruption, so the head stays where it is (R3); once the coordinator or a second session finds
 * the same, the job pauses until a person has put them back.
 */
public record ReportMissing(Fence fence, Sha256 secretHash, Trouble trouble, OwnCheck ownCheck)
    implements Command {

  private static final Accusation GONE =
      new Accusation(
          OwnCheck.MISSING,
          LeaseEnd.HEAD_GONE,
          "%s does not find the files of %s",
          Trouble.machine(
              "It does not find a checkpoint that the coordinator finds whole.",
              "Check that this machine reaches the job's store, all of it."));

  @Override
  public Decision decide(Job job, Instant now) {
    return Holder.refuse(job, fence, secretHash)
        .or(() -> GONE.weigh(job, trouble, ownCheck, now))
        .orElseGet(() -> pause(job, now));
  }

  private static Decision pause(Job job, Instant now) {
    Checkpoint head = job.head().orElseThrow();
    Change change = job.change().endLease(LeaseEnd.HEAD_GONE, now);
    Endings.pause(change, putBack(head), now);
    return change.answer(new Outcome.Released());
  }

  static String putBack(Checkpoint head) {
    return "files of the head %s are not in the store any more. Put them back (Google Drive's trash keeps what was deleted for 30 days), then resume; or stop the coordinator and run 'baton recover --existing', which goes on from the newest checkpoint that is whole."
        .formatted(head.folder());
  }

  @Override
  public Optional<String> repeatKey() {
    return Optional.of("release/%s/%s".formatted(fence, secretHash));
  }
}
