package baton.worker.segment;

import static baton.worker.segment.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.AfterCommit;
import baton.protocol.Checkpoint;
import baton.protocol.ReleaseReason;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StoreException.Kind;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What goes wrong in a lease, whose fault it is, and what is saved of it. */
class TroubleStoryTest {
  private static final Trouble NAN =
      Trouble.program("The loss is not a number.", "Lower the learning rate.");

  @Test
  void anErrorOfTheProgramIsToldWithTheRelease() {
    Story story = Story.training().tell(new Event.TrainingFailed(1, NAN));
    assertThat(story.take(Action.Release.class))
        .isEqualTo(new Action.Release(1, ReleaseReason.FAILED, Optional.of(NAN)));
  }

  @Test
  void whatWasCopiedBeforeAnErrorIsStillSavedAndCommitted() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.tell(new Event.TrainingFailed(1, NAN));
    assertThat(story.wants(Action.Release.class)).isFalse();
    story.isSaved();
    story.commitAnswered(AfterCommit.TRAIN_ON);
    assertThat(story.take(Action.Release.class).trouble()).contains(NAN);
  }

  @Test
  void aSaveThatFailsAfterAnErrorIsNotTriedAgain() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.tell(new Event.TrainingFailed(1, NAN)).saveFails(Kind.UNREACHABLE);
    assertThat(story.take(Action.Release.class).trouble()).contains(NAN);
  }

  @Test
  void aFailedUploadNeverStopsTrainingAndIsTriedAgain() {
    Story story = Story.training().trainsTo(at(1, 1)).saveFails(Kind.UNREACHABLE);
    assertThat(story.isTraining()).isTrue();
    assertThat(story.wants(Action.Save.class)).isFalse();
    story.ringsFor(Duration.ofSeconds(1));
    Action.Save again = story.take(Action.Save.class);
    assertThat(again.snapshot().position()).isEqualTo(at(1, 0));
    assertThat(again.counter()).as("a folder of its own (R6)").isEqualTo(1);
  }

  @Test
  void theNewestSnapshotTakesThePlaceOfOneThatFailed() {
    Story story = Story.training().trainsTo(at(2, 1)).saveFails(Kind.UNREACHABLE);
    story.ringsFor(Duration.ofSeconds(1));
    assertThat(story.take(Action.Save.class).snapshot().position()).isEqualTo(at(2, 0));
  }

  @Test
  void threeSavesInARowOntoAFullDiskGiveTheLeaseBack() {
    Story story = Story.training().trainsTo(at(1, 1)).saveFails(Kind.FULL);
    story.ringsFor(Duration.ofSeconds(2)).saveFails(Kind.FULL);
    story.ringsFor(Duration.ofSeconds(4));
    assertThat(story.wants(Action.Release.class)).isFalse();
    story.saveFails(Kind.FULL);
    assertThat(story.take(Action.Release.class).trouble().orElseThrow().kind())
        .isEqualTo(Trouble.Kind.MACHINE);
  }

  @Test
  void whatOnlyThisMachineCouldNotDoIsNotToldAsAFullStore() {
    Story story = Story.training().trainsTo(at(1, 1)).saveFails(Kind.MACHINE);
    story.ringsFor(Duration.ofSeconds(2)).saveFails(Kind.MACHINE);
    story.ringsFor(Duration.ofSeconds(4)).saveFails(Kind.MACHINE);

    Trouble trouble = story.take(Action.Release.class).trouble().orElseThrow();
    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.MACHINE);
    assertThat(trouble.remedy()).contains("--verbose").doesNotContain("store");
  }

  @Test
  void aStoreOutOfReachIsBorneForTenMinutes() {
    Story story = Story.training().trainsTo(at(1, 1));
    Duration begun = story.now().monotonic();
    while (!story.wants(Action.Release.class)) {
      story.saveFails(Kind.UNREACHABLE);
      story.ringsFor(Duration.ofSeconds(31));
      if (story.wants(Action.Renew.class)) {
        story.renewAnswered(baton.protocol.Directive.GO_ON);
      }
    }
    assertThat(story.now().monotonic().minus(begun))
        .isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11).plusSeconds(5));
  }

  @Test
  void aCommitWhoseFilesAreDamagedIsReplacedByAFreshSave() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    story.take(Action.Commit.class);
    story.tell(
        new Event.Refused(
            1,
            SegmentRequest.COMMIT,
            WorkerRefusal.UNSOUND,
            "model.safetensors is missing in the store."));
    story.trainsTo(at(1, 2));
    story.moves();
    story.ringsFor(Duration.ofSeconds(1));
    Action.Save again = story.take(Action.Save.class);
    assertThat(again.parent()).as("extends the head, not what was refused").isEmpty();
    assertThat(again.snapshot().position()).isEqualTo(at(1, 2));
    assertThat(again.storesAll()).as("no stored file is relied upon").isTrue();
    assertThat(story.isTraining()).isTrue();
  }

  @Test
  void whatExtendsARefusedCommitIsWorthNothing() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    story.trainsTo(at(2, 1));
    story.take(Action.Commit.class);
    story.tell(new Event.Refused(1, SegmentRequest.COMMIT, WorkerRefusal.UNSOUND, "It differs."));
    story.isSaved();
    assertThat(story.wants(Action.Commit.class)).isFalse();
  }

  @Test
  void aCommitOutOfStepGivesTheLeaseBack() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    story.take(Action.Commit.class);
    story.tell(
        new Event.Refused(
            1, SegmentRequest.COMMIT, WorkerRefusal.OUT_OF_STEP, "The head is another."));
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.COMPLETED);
  }

  @Test
  void aCorruptHeadIsReportedByItsDigest() {
    Story story = Story.begins();
    Checkpoint head = story.checkpoint(at(1, 0), Optional.empty(), 0);
    story.isGranted(Optional.of(head));
    story.tell(new Event.RestoreFailed(1, Kind.CORRUPT, "model.safetensors differs twice."));
    Trouble trouble = story.take(Action.Release.class).trouble().orElseThrow();
    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.CORRUPT);
    assertThat(trouble.rejected()).contains(head.digest());
  }

  @Test
  void aHeadThatWasPrunedMeanwhileIsAskedForAgain() {
    Story story = Story.begins();
    Checkpoint head = story.checkpoint(at(1, 0), Optional.empty(), 0);
    story.isGranted(Optional.of(head));
    story.tell(new Event.RestoreFailed(1, Kind.GONE, "model.safetensors is not there."));
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.COMPLETED);
    story.tell(new Event.Released(1)).tell(new Event.Stopped(1)).nextTurn();

    story.isGranted(Optional.of(head));
    story.tell(new Event.RestoreFailed(2, Kind.GONE, "model.safetensors is not there."));
    Trouble trouble = story.take(Action.Release.class).trouble().orElseThrow();
    assertThat(trouble.kind())
        .as("gone again is not a matter of being late, and not corrupt either")
        .isEqualTo(Trouble.Kind.GONE);
    assertThat(trouble.rejected()).contains(head.digest());
    assertThat(trouble.message()).contains("not in the store");
  }

  @Test
  void aRestoreOutOfReachIsTriedAgainAndNeverCalledCorrupt() {
    Story story = Story.begins();
    story.isGranted(Optional.of(story.checkpoint(at(1, 0), Optional.empty(), 0)));
    Duration begun = story.now().monotonic();
    while (!story.wants(Action.Release.class)) {
      story.take(Action.Restore.class);
      story.tell(new Event.RestoreFailed(1, Kind.UNREACHABLE, "The mount is gone."));
      story.ringsFor(Duration.ofSeconds(31));
    }
    assertThat(story.take(Action.Release.class).trouble().orElseThrow().kind())
        .isEqualTo(Trouble.Kind.MACHINE);
    assertThat(story.now().monotonic().minus(begun)).isGreaterThan(Duration.ofMinutes(10));
  }

  @Test
  void aProgramThatDoesNotComeBackAfterAStopEndsTheSession() {
    Story story = Story.training();
    story.tell(
        new Event.Refused(1, SegmentRequest.RENEW, WorkerRefusal.LEASE_ENDED, "It has ended."));
    story.ringsFor(Duration.ofSeconds(59));
    assertThat(story.wants(Action.Exit.class)).isFalse();
    assertThat(story.wants(Action.Ask.class)).as("it could not train a second lease").isFalse();
    story.ringsFor(Duration.ofSeconds(1));
    assertThat(story.take(Action.Exit.class).why()).isEqualTo(Action.Exit.Why.HUNG);
  }

  @Test
  void withOnceATroubleDecidesHowTheSessionEnds() {
    Story story = new Story(SegmentSettings.DEFAULT.forOneLease());
    story.isGranted(Optional.empty()).isStarted().tell(new Event.TrainingFailed(1, NAN));
    story.tell(new Event.Released(1));
    assertThat(story.take(Action.Exit.class))
        .isEqualTo(
            new Action.Exit(
                Action.Exit.Why.PROGRAM, "The loss is not a number. Lower the learning rate."));
  }
}
