package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.checkpoint;
import static baton.coordinator.lease.Samples.commit;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.next;
import static baton.coordinator.lease.Samples.refusal;
import static baton.coordinator.lease.Samples.released;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.AfterCommit;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** R3: who moves the head, and what the mover does next. Segments span two of six epochs. */
class CommitTest {
  private final Job job = leasedTo("anna", waiting());

  @Test
  void theHolderMovesTheHead() {
    Commit commit = commit(job, 1, 0);
    Decision decision = commit.decide(job, NOON);

    assertThat(decision.changed().orElseThrow().head()).contains(commit.checkpoint());
    assertThat(decision.outcome()).isEqualTo(trainOn(commit, Position.ofEpochs(2)));
  }

  @Test
  void historyTellsWhatWasCommittedByWhomAndWhoVerifiedIt() {
    Measurement loss = new Measurement(new Position(1, 0), Map.of("loss", 0.5));
    Checkpoint checkpoint = next(job, new Position(1, 0));
    Commit commit =
        new Commit(
            job.fence(),
            secretOf(job),
            checkpoint,
            Samples.PROFILE,
            List.of(loss),
            Optional.empty(),
            Verified.WORKER,
            GiveWay.NOT_NOW);

    assertThat(commit.decide(job, NOON).rows())
        .containsExactly(
            new History.CheckpointCommitted(
                checkpoint, Samples.ask("anna").session(), Verified.WORKER, List.of(loss), NOON));
  }

  @Test
  void aLeaseThatWasNeverGrantedIsUnknown() {
    Fence tomorrow = job.fence().next();
    Commit commit =
        commitOf(tomorrow, secretOf(job), checkpoint(Optional.empty(), at(1, 0), tomorrow));

    assertThat(refusal(job, commit)).isEqualTo(Refusal.UNKNOWN_FENCE);
    assertThat(refusal(waiting(), commitOf(Fence.NONE, secretOf(job), next(waiting(), at(1, 0)))))
        .isEqualTo(Refusal.UNKNOWN_FENCE);
  }

  @Test
  void aReleasedLeaseCommitsNoMore() {
    assertThat(refusal(released(job), commit(job, 1, 0))).isEqualTo(Refusal.STALE_FENCE);
  }

  @Test
  void aLateZombieCommitsNothingAfterAnotherWasGranted() {
    Job taken = leasedTo("ben", job);

    assertThat(refusal(taken, commit(job, 5, 0))).isEqualTo(Refusal.STALE_FENCE);
  }

  @Test
  void aZombieThatLearntTheNewFenceStillLacksTheSecret() {
    Job taken = leasedTo("ben", job);
    Commit forged = commitOf(taken.fence(), secretOf(job), next(taken, at(1, 0)));

    assertThat(refusal(taken, forged)).isEqualTo(Refusal.FOREIGN_SECRET);
  }

  @Test
  void aCommitPastTheRunningOutIsGoodWhileNobodyTookOver() {
    Decision late = commit(job, 1, 0).decide(job, NOON.plus(Duration.ofDays(2)));

    assertThat(late.changed().orElseThrow().position()).isEqualTo(at(1, 0));
  }

  @Test
  void theParentIsTheHead() {
    Job committed = after(job, commit(job, 1, 0));
    Checkpoint fromTheStart = checkpoint(Optional.empty(), at(2, 0), job.fence());
    Checkpoint fromElsewhere =
        checkpoint(Optional.of(Sha256.ofText("elsewhere")), at(2, 0), job.fence());

    assertThat(refusal(committed, commitOf(fromTheStart))).isEqualTo(Refusal.STALE_PARENT);
    assertThat(refusal(committed, commitOf(fromElsewhere))).isEqualTo(Refusal.STALE_PARENT);
    assertThat(refusal(job, commitOf(fromElsewhere))).isEqualTo(Refusal.STALE_PARENT);
  }

  @Test
  void savesMadeInTheCoordinatorsAbsenceAreCommittedInTheirOrder() {
    Checkpoint first = next(job, at(0, 7));
    Checkpoint second = checkpoint(Optional.of(first.digest()), at(1, 3), job.fence());

    assertThat(refusal(job, commitOf(second))).isEqualTo(Refusal.STALE_PARENT);
    assertThat(after(after(job, commitOf(first)), commitOf(second)).position()).isEqualTo(at(1, 3));
  }

  @Test
  void thePositionIsLaterThanTheHeads() {
    Job committed = after(job, commit(job, 1, 5));

    assertThat(refusal(committed, commit(committed, 1, 5))).isEqualTo(Refusal.POSITION_NOT_LATER);
    assertThat(refusal(committed, commit(committed, 1, 4))).isEqualTo(Refusal.POSITION_NOT_LATER);
    assertThat(after(committed, commit(committed, 1, 6)).position()).isEqualTo(at(1, 6));
  }

  @Test
  void aJobThatHasNotBegunIsAtItsStart() {
    assertThat(refusal(job, commit(job, 0, 0))).isEqualTo(Refusal.POSITION_NOT_LATER);
  }

  @Test
  void nothingLiesBeyondTheJobsEnd() {
    assertThat(refusal(job, commit(job, 6, 1))).isEqualTo(Refusal.POSITION_BEYOND_END);
  }

  @Test
  void aManifestWrittenUnderAnEarlierLeaseIsForeign() {
    Job again = leasedTo("anna", job);
    Commit old = commitOf(again.fence(), secretOf(again), next(job, at(1, 0)));

    assertThat(refusal(again, old)).isEqualTo(Refusal.FOREIGN_MANIFEST);
  }

  @Test
  void withNobodyWaitingTheHolderTrainsOnUnderTheSameFence() {
    Commit commit = commit(job, 2, 0);
    Decision decision = commit.decide(job, NOON);
    Job after = decision.changed().orElseThrow();

    assertThat(decision.outcome()).isEqualTo(trainOn(commit, Position.ofEpochs(4)));
    assertThat(after.fence()).isEqualTo(job.fence());
    assertThat(after.lease().orElseThrow().segment()).isEqualTo(segment(at(2, 0), 4));
    assertThat(decision.rows())
        .contains(
            new History.SegmentEnded(job.fence(), LeaseEnd.CONTINUED, NOON),
            History.SegmentStarted.of(after.lease().orElseThrow(), NOON));
  }

  @Test
  void atTheSegmentsEndTheTurnMayBeOver() {
    Decision decision = commit(job, 2, 0, true).decide(job, NOON);
    Job after = decision.changed().orElseThrow();

    assertThat(nextOf(decision)).isEqualTo(AfterCommit.RELEASE);
    assertThat(after.lease()).as("live until it is released").isEqualTo(job.lease());
    assertThat(released(after).state()).isEqualTo(JobState.WAITING);
  }

  @Test
  void insideTheSegmentNobodyCutsIn() {
    Decision decision = commit(job, 1, 9, true).decide(job, NOON);

    assertThat(nextOf(decision)).isEqualTo(AfterCommit.TRAIN_ON);
  }

  @Test
  void butAJobOfHigherPriorityWaitsForOneSaveOnly() {
    Commit urgent = commit(job, 1, 9).givingWay(GiveWay.WITH_NEXT_SAVE);

    assertThat(nextOf(urgent.decide(job, NOON))).isEqualTo(AfterCommit.RELEASE);
  }

  @Test
  void theSegmentsEndIsNoWall() {
    Commit beyond = commit(job, 2, 5);
    Job after = after(job, beyond);

    assertThat(beyond.decide(job, NOON).outcome()).isEqualTo(trainOn(beyond, at(4, 0)));
    assertThat(after.lease().orElseThrow().segment()).isEqualTo(segment(at(2, 5), 4));
    assertThat(nextOf(commit(job, 2, 5, true).decide(job, NOON))).isEqualTo(AfterCommit.RELEASE);
  }

  @Test
  void theLastSegmentEndsWithTheJob() {
    Commit commit = commit(job, 5, 1);

    assertThat(commit.decide(job, NOON).outcome()).isEqualTo(trainOn(commit, at(6, 0)));
  }

  @Test
  void whoeverCommitsWhilePausingIsToldToRelease() {
    Job pausing = after(job, new Pause(Optional.empty()));

    assertThat(nextOf(commit(pausing, 0, 3).decide(pausing, NOON))).isEqualTo(AfterCommit.RELEASE);
  }

  @Test
  void theLastEpochCompletesTheJobAndEndsTheLease() {
    Decision decision = commit(job, 6, 0, true).decide(job, NOON);
    Job complete = decision.changed().orElseThrow();

    assertThat(nextOf(decision)).isEqualTo(AfterCommit.COMPLETE);
    assertThat(complete.state()).isEqualTo(JobState.COMPLETE);
    assertThat(complete.reason()).contains("all epochs are done");
    assertThat(complete.lease()).isEmpty();
    assertThat(decision.rows())
        .contains(new History.SegmentEnded(job.fence(), LeaseEnd.COMPLETE, NOON));
  }

  @Test
  void aFinalReasonCompletesTheJobEarly() {
    Commit commit =
        new Commit(
            job.fence(),
            secretOf(job),
            next(job, at(1, 4)),
            Samples.PROFILE,
            List.of(),
            Optional.of("no better for 5 epochs"),
            Verified.COORDINATOR,
            GiveWay.NOT_NOW);
    Job complete = after(job, commit);

    assertThat(complete.state()).isEqualTo(JobState.COMPLETE);
    assertThat(complete.reason()).contains("final: no better for 5 epochs");
    assertThat(complete.position()).isEqualTo(at(1, 4));
  }

  private Commit commitOf(Checkpoint checkpoint) {
    return commitOf(job.fence(), secretOf(job), checkpoint);
  }

  private static Commit commitOf(Fence fence, Sha256 secretHash, Checkpoint checkpoint) {
    return new Commit(
        fence,
        secretHash,
        checkpoint,
        Samples.PROFILE,
        List.of(),
        Optional.empty(),
        Verified.COORDINATOR,
        GiveWay.NOT_NOW);
  }

  private static Outcome trainOn(Commit commit, Position to) {
    return new Outcome.Committed(
        commit.checkpoint().digest(), AfterCommit.TRAIN_ON, Optional.of(to), Verified.COORDINATOR);
  }

  private static AfterCommit nextOf(Decision decision) {
    return ((Outcome.Committed) decision.outcome()).next();
  }

  private static Segment segment(Position from, int toEpoch) {
    return new Segment(from, Position.ofEpochs(toEpoch));
  }

  private static Position at(int epoch, int batch) {
    return new Position(epoch, batch);
  }
}
