package baton.coordinator.lease;

import baton.protocol.AfterCommit;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Measurement;
import baton.protocol.NumericProfile;
import baton.protocol.NumericProfile.Difference;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Moves the head to a new checkpoint (R3).
 *
 * @param profile the numeric profile under which it was trained
 * @param finalReason why training ends here, before the last epoch; empty if it does not
 * @param verified who compared the files with the manifest, outside the decision (R5)
 * @param giveWay when the holder gives the job back in favour of another job or worker, as {@link
 *     Turns} decides
 */
public record Commit(
    Fence fence,
    Sha256 secretHash,
    Checkpoint checkpoint,
    NumericProfile profile,
    List<Measurement> measurements,
    Optional<String> finalReason,
    Verified verified,
    GiveWay giveWay)
    implements Command {
  public Commit {
    measurements = List.copyOf(measurements);
  }

  /** This commit, with another {@code giveWay}. */
  public Commit givingWay(GiveWay when) {
    return new Commit(
        fence, secretHash, checkpoint, profile, measurements, finalReason, verified, when);
  }

  /** This commit, with files that {@code who} has compared with the manifest. */
  public Commit verifiedBy(Verified who) {
    return new Commit(
        fence, secretHash, checkpoint, profile, measurements, finalReason, who, giveWay);
  }

  @Override
  public Decision decide(Job job, Instant now) {
    Optional<Decision> refused = Holder.refuse(job, fence, secretHash).or(() -> refuse(job));
    return refused.orElseGet(() -> accept(job, now));
  }

  private Optional<Decision> refuse(Job job) {
    if (!checkpoint.fence().equals(fence)) {
      return Optional.of(
          Decision.refused(
              Refusal.FOREIGN_MANIFEST,
              "The manifest was written under lease %s, not %s."
                  .formatted(checkpoint.fence(), fence)));
    }
    if (!checkpoint.parent().equals(job.headDigest())) {
      return Optional.of(
          Decision.refused(
              Refusal.STALE_PARENT,
              "The commit extends %s, but the head is %s."
                  .formatted(brief(checkpoint.parent()), brief(job.headDigest()))));
    }
    if (!checkpoint.position().isAfter(job.position())) {
      return Optional.of(
          Decision.refused(
              Refusal.POSITION_NOT_LATER,
              "The commit is at %s, the head at %s already."
                  .formatted(checkpoint.position(), job.position())));
    }
    if (checkpoint.position().isAfter(job.spec().end())) {
      return Optional.of(
          Decision.refused(
              Refusal.POSITION_BEYOND_END,
              "The job ends at %s; the commit is at %s."
                  .formatted(job.spec().end(), checkpoint.position())));
    }
    return Optional.empty();
  }

  private Decision accept(Job job, Instant now) {
    Lease lease = job.lease().orElseThrow();
    Position position = checkpoint.position();
    Change change = job.change().budget(job.budget().headMoved());
    if (isOfAnotherProgram(job)) {
      change.acceptChange(false); // accepted once: the next change needs a person again
    }
    change.row(
        new History.CheckpointCommitted(
            checkpoint, lease.ask().session(), verified, measurements, now));
    moveHead(change, job, now);
    if (position.equals(job.spec().end()) || finalReason.isPresent()) {
      return complete(change, now);
    }
    boolean atEnd = !lease.segment().to().isAfter(position);
    if (job.state() == JobState.PAUSING || givesWay(atEnd)) {
      return change.answer(committed(AfterCommit.RELEASE, Optional.empty()));
    }
    Lease next = atEnd ? lease.withSegment(job.spec().segmentFrom(position)) : lease;
    if (atEnd) {
      change.continueWith(next, now);
    }
    return change.answer(committed(AfterCommit.TRAIN_ON, Optional.of(next.segment().to())));
  }

  private boolean givesWay(boolean atEnd) {
    return giveWay == GiveWay.WITH_NEXT_SAVE || (atEnd && giveWay == GiveWay.AT_SEGMENT_END);
  }

  private Decision complete(Change change, Instant now) {
    String how = finalReason.map(reason -> "final: " + reason).orElse("all epochs are done");
    return change
        .endLease(LeaseEnd.COMPLETE, now)
        .state(JobState.COMPLETE, how)
        .row(new History.Event(History.Event.Kind.COMPLETE, "complete: " + how, now))
        .answer(committed(AfterCommit.COMPLETE, Optional.empty()));
  }

  /**
   * Moves the head, and marks as pruned what is no longer kept before anyone may delete it (R13).
   * No lease restores from what is marked here, since a holder that commits has already restored.
   */
  private void moveHead(Change change, Job job, Instant now) {
    Policy policy = job.spec().policy();
    OptionalDouble score =
        policy.retention().best().map(by -> by.score(measurements)).orElse(OptionalDouble.empty());
    RetainedSet all = job.keeping().with(checkpoint, score);
    RetainedSet kept = all.under(policy);
    Certificate certificate = certify(change, job, now).forgettingBefore(kept.oldestOfChain());
    change.keep(kept, certificate).prune(all.beyond(kept), now);
  }

  /**
   * Compares the profile with that of the parent (R7); the first checkpoint of a chain has no
   * parent.
   */
  private Certificate certify(Change change, Job job, Instant now) {
    Certificate before = job.certificate();
    List<Difference> differences =
        before.last().map(last -> last.profile().differences(profile)).orElse(List.of());
    if (!differences.isEmpty()) {
      change.row(
          new History.Event(
              History.Event.Kind.PROFILE_CHANGED,
              "trained under another numeric profile from %s on: %s"
                  .formatted(job.position(), Certificate.told(differences)),
              now));
    }
    return before.extended(profile, job.position(), fence);
  }

  /**
   * Whether this checkpoint's program differs from the one that made the head, or that one is
   * unknown.
   */
  private boolean isOfAnotherProgram(Job job) {
    return job.certificate()
        .last()
        .map(Certificate.Stretch::profile)
        .filter(before -> !before.isKnown() || !before.programDifferences(profile).isEmpty())
        .isPresent();
  }

  private Outcome.Committed committed(AfterCommit next, Optional<Position> segmentEnd) {
    return new Outcome.Committed(checkpoint.digest(), next, segmentEnd, verified);
  }

  private static String brief(Optional<Sha256> digest) {
    return digest.map(Sha256::brief).orElse("the start");
  }

  @Override
  public Optional<String> repeatKey() {
    return Optional.of("commit/%s/%s/%s".formatted(fence, secretHash, checkpoint.digest()));
  }
}
