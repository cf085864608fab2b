package baton.coordinator.lease;

import baton.coordinator.lease.Reject.OwnCheck;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Instant;
import java.util.Optional;

/**
 * Gives the lease back because files of the head are not in the store any more. That is no
 * corruption, so the head stays where it is (R3); once the coordinator or a second session finds
 * the same, the job pauses until a person has put them back.
 */
public record Miss(Fence fence, Sha256 secretHash, Trouble trouble, OwnCheck ownCheck)
    implements Command {

  @Override
  public Decision decide(Job job, Instant now) {
    return Holder.refuse(job, fence, secretHash).orElseGet(() -> weigh(job, now));
  }

  private Decision weigh(Job job, Instant now) {
    Ask ask = job.lease().orElseThrow().ask();
    Sha256 missed = trouble.rejected().orElseThrow();
    if (!job.headDigest().equals(Optional.of(missed))) {
      return end(job.change(), LeaseEnd.RELEASED, now); // what it looked for is no longer the head
    }
    if (ownCheck == OwnCheck.SOUND) {
      return Fail.ofMachine(
          job,
          Trouble.machine(
              "It does not find a checkpoint that the coordinator finds whole.",
              "Check that this machine reaches the job's store, all of it."),
          now);
    }
    boolean sure =
        ownCheck == OwnCheck.MISSING || job.budget().isAccusedByAnother(ask.session(), missed);
    return sure ? pause(job, now) : accuse(job, ask, missed, now);
  }

  private Decision pause(Job job, Instant now) {
    Checkpoint head = job.head().orElseThrow();
    Change change = job.change().endLease(LeaseEnd.HEAD_GONE, now);
    Endings.pause(change, putBack(head), now);
    return change.answer(new Outcome.Released());
  }

  static String putBack(Checkpoint head) {
    return "files of the head %s are not in the store any more. Put them back (Google Drive's trash keeps what was deleted for 30 days), then resume; or stop the coordinator and run 'baton recover --existing', which goes on from the newest checkpoint that is whole."
        .formatted(head.folder());
  }

  private static Decision accuse(Job job, Ask ask, Sha256 missed, Instant now) {
    Change change =
        job.change()
            .budget(job.budget().accused(ask.session(), missed))
            .row(
                new History.Event(
                    History.Event.Kind.ACCUSED,
                    "%s does not find the files of %s; a second session must agree"
                        .formatted(ask.worker(), missed.brief()),
                    now));
    return end(change, LeaseEnd.HEAD_GONE, now);
  }

  private static Decision end(Change change, LeaseEnd why, Instant now) {
    return change.endLease(why, now).answer(new Outcome.Released());
  }

  @Override
  public Optional<String> repeatKey() {
    return Optional.of("release/%s/%s".formatted(fence, secretHash));
  }
}
