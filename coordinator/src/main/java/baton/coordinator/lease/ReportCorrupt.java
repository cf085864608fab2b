package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Instant;
import java.util.Optional;

/**
 * Gives the lease back because the head is corrupt, and moves the head to its parent once that is
 * proven: two fresh downloads failed in the session, and the coordinator's own check or a second
 * session agrees (R3).
 */
public record ReportCorrupt(Fence fence, Sha256 secretHash, Trouble trouble, OwnCheck ownCheck)
    implements Command {

  /** What the coordinator found when it read the files itself. */
  public enum OwnCheck {
    CORRUPT,
    SOUND,
    /** A file is missing; somebody may put it back. */
    MISSING,
    /** It cannot reach the store, which proves nothing. */
    NOT_MADE
  }

  private static final Accusation CORRUPT =
      new Accusation(
          OwnCheck.CORRUPT,
          LeaseEnd.CORRUPT_HEAD,
          "%s finds %s corrupt",
          Trouble.machine(
              "It read a checkpoint as corrupt that the coordinator finds sound.",
              "Check this machine's disk, memory and access to the store."));

  @Override
  public Decision decide(Job job, Instant now) {
    return Holder.refuse(job, fence, secretHash)
        .or(() -> CORRUPT.weigh(job, trouble, ownCheck, now))
        .orElseGet(() -> rollBack(job, now));
  }

  private Decision rollBack(Job job, Instant now) {
    Checkpoint rejected = job.head().orElseThrow();
    RetainedSet rest = job.keeping().without(rejected);
    boolean hasParent = job.chain().size() > 1;
    Change change =
        (hasParent
                ? job.change().keep(rest, certificateOf(job, rest))
                : job.change().loseHead(rest))
            .budget(job.budget().headMoved())
            .row(
                new History.CheckpointMarked(
                    rejected.digest(), History.CheckpointMarked.Mark.REJECTED, now))
            .row(
                new History.Event(
                    History.Event.Kind.ROLLED_BACK,
                    "the head %s at %s is corrupt: %s"
                        .formatted(
                            rejected.digest().brief(), rejected.position(), trouble.message()),
                    now))
            .endLease(LeaseEnd.CORRUPT_HEAD, now);
    if (!hasParent) {
      Endings.pause(change, nothingToGoOnFrom(rejected, rest), now);
    }
    return change.answer(new Outcome.Released());
  }

  private static Certificate certificateOf(Job job, RetainedSet rest) {
    return job.certificate().rolledBackTo(rest.kept().get(0).position());
  }

  private static String nothingToGoOnFrom(Checkpoint rejected, RetainedSet rest) {
    return rest.kept().isEmpty()
        ? "every kept checkpoint is corrupt; the last was %s. Cancel this job and submit it again."
            .formatted(rejected.folder())
        : "the head %s is corrupt and its parent is kept no more. Stop the coordinator and run 'baton recover', which goes on from the newest checkpoint that is whole, or cancel this job."
            .formatted(rejected.folder());
  }

  @Override
  public Optional<String> repeatKey() {
    return Optional.of("release/%s/%s".formatted(fence, secretHash));
  }
}
