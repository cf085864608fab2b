package baton.worker.segment;

import static baton.worker.segment.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.AfterCommit;
import baton.protocol.Cadence;
import baton.protocol.Checkpoint;
import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Directive;
import baton.protocol.Measurement;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A lease in good order: grant, batches, saves, commits, release. */
class RelayStoryTest {

  @Test
  void aFreshJobIsStartedFromTheSeedAndAHeadIsRestoredFirst() {
    Story fresh = Story.begins().isGranted(Optional.empty());
    assertThat(fresh.wants(Action.Start.class)).isTrue();
    assertThat(fresh.wants(Action.Restore.class)).isFalse();

    Story restored = Story.begins();
    Checkpoint head = restored.checkpoint(at(1, 2), Optional.empty(), 0);
    restored.isGranted(Optional.of(head));
    assertThat(restored.wants(Action.Start.class)).isFalse();
    assertThat(restored.take(Action.Restore.class).grant().head()).contains(head);
    restored.tell(new Event.Restored(1));
    assertThat(restored.wants(Action.Start.class)).isTrue();
  }

  @Test
  void dataIsFetchedBeforeTheHeadIsRestoredInAPhaseOfItsOwn() {
    Data data =
        new Data(
            "grid",
            1,
            List.of(
                new DataFile(
                    "00000.tar", 9, Sha256.ofText("x"), new DataSource.Directory("/data"))));
    Story story = Story.begins().on(data);
    Checkpoint head = story.checkpoint(at(1, 2), Optional.empty(), 0);
    story.isGranted(Optional.of(head));
    assertThat(story.take(Action.Fetch.class).grant().spec().data()).contains(data);
    assertThat(story.wants(Action.Restore.class)).isFalse();

    story.tell(new Event.Progressed(1, 5)).passes(Story.TTL.dividedBy(3));
    Action.Renew renewal = story.take(Action.Renew.class);
    assertThat(renewal.phase()).isEqualTo(Phase.DATA);
    assertThat(renewal.progress()).isEqualTo(5);

    story.tell(new Event.Fetched(1));
    assertThat(story.wants(Action.Start.class)).isFalse();
    story.take(Action.Restore.class);
    story.tell(new Event.Restored(1));
    assertThat(story.wants(Action.Start.class)).isTrue();
  }

  @Test
  void dataOutOfReachGivesTheLeaseBackAsATroubleOfTheMachine() {
    Data data =
        new Data(
            "grid",
            1,
            List.of(new DataFile("f", 9, Sha256.ofText("x"), new DataSource.Directory("/data"))));
    Story story = Story.begins().on(data).isGranted(Optional.empty());
    story.take(Action.Fetch.class);
    Trouble trouble = Trouble.machine("The data cannot be read.", "Mount it.");
    story.tell(new Event.TrainingFailed(1, trouble));
    assertThat(story.take(Action.Release.class).trouble()).contains(trouble);
  }

  @Test
  void trainingGoesOnPastTheSegmentsEndWhileTheSaveIsOnItsWay() {
    Story story = Story.training().trainsTo(at(1, 2));
    Action.Save save = story.take(Action.Save.class);
    assertThat(save.snapshot().position()).isEqualTo(at(1, 0));
    assertThat(save.parent()).isEmpty();
    assertThat(save.measurements())
        .containsExactly(new Measurement(at(1, 0), Map.of("accuracy", 0.9)));
    assertThat(story.isTraining()).isTrue();
  }

  @Test
  void trainingNeverGoesPastTheJobsLastEpoch() {
    Story story = Story.training().trainsOnUntilIdle();
    assertThat(story.position()).isEqualTo(Position.ofEpochs(Story.EPOCHS));
    assertThat(story.isTraining()).isFalse();
  }

  @Test
  void oneSaveRunsAndOnlyTheNewestSnapshotWaits() {
    Story story = Story.training().trainsTo(at(3, 1));
    assertThat(story.wanted()).filteredOn(Action.Save.class::isInstance).hasSize(1);
    Checkpoint first = story.isSaved();
    Action.Save second = story.take(Action.Save.class);
    assertThat(second.snapshot().position()).isEqualTo(at(3, 0));
    assertThat(second.parent()).contains(first.digest());
    assertThat(second.measurements())
        .extracting(Measurement::position)
        .containsExactly(at(2, 0), at(3, 0));
  }

  @Test
  void uploadsAreCommittedInTheirOrderEachExtendingTheOneBefore() {
    Story story = Story.training().trainsTo(at(1, 1));
    Checkpoint first = story.isSaved();
    story.trainsTo(at(2, 1));
    Checkpoint second = story.isSaved();
    assertThat(second.parent()).contains(first.digest());

    assertThat(story.take(Action.Commit.class).checkpoint()).isEqualTo(first);
    assertThat(story.wants(Action.Commit.class)).isFalse();
    story.tell(new Event.Committed(1, first.digest(), AfterCommit.TRAIN_ON, Optional.of(at(2, 0))));
    assertThat(story.take(Action.Commit.class).checkpoint()).isEqualTo(second);
  }

  @Test
  void aCommitAnsweredWithReleaseAbandonsTheRunningUploadAndReleasesAtOnce() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    story.trainsTo(at(2, 1)).take(Action.Save.class);
    story.commitAnswered(AfterCommit.RELEASE);
    assertThat(story.wanted())
        .containsExactly(
            new Action.Stop(1), new Action.Release(1, ReleaseReason.COMPLETED, Optional.empty()));
  }

  @Test
  void whatIsUploadedAlreadyIsCommittedBeforeTheRelease() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    story.trainsTo(at(2, 1));
    Checkpoint second = story.isSaved();
    story.commitAnswered(AfterCommit.RELEASE);
    assertThat(story.wanted())
        .singleElement()
        .isInstanceOfSatisfying(
            Action.Commit.class, commit -> assertThat(commit.checkpoint()).isEqualTo(second));
    story.commitAnswered(AfterCommit.RELEASE);
    assertThat(story.wants(Action.Release.class)).isTrue();
  }

  @Test
  void trainOnMovesTheHandOverPoint() {
    Story story = Story.begins().with(new Cadence(100, Cadence.Unit.EPOCHS));
    story.isGranted(Optional.empty()).isStarted().trainsTo(at(1, 1));
    story.isSaved();
    story.trainsTo(at(2, 1));
    assertThat(story.wants(Action.Save.class)).as("the end is not known yet").isFalse();
    story.commitAnswered(AfterCommit.TRAIN_ON).trainsTo(at(2, 2)).trainsTo(at(3, 1));
    assertThat(story.take(Action.Save.class).snapshot().position()).isEqualTo(at(2, 2));
  }

  @Test
  void aCompletedJobIsNotReleasedAndTheSessionAsksAgainWithANewSecret() {
    Story story = Story.training().trainsOnUntilIdle();
    story.isSaved();
    story.commitAnswered(AfterCommit.TRAIN_ON);
    Checkpoint last = story.isSaved();
    assertThat(last.position()).isEqualTo(Position.ofEpochs(Story.EPOCHS));
    story.commitAnswered(AfterCommit.COMPLETE);
    assertThat(story.wanted()).containsExactly(new Action.Stop(1));
    story.tell(new Event.Stopped(1));
    assertThat(story.take(Action.Ask.class).turn()).isEqualTo(2);
    assertThat(story.wants(Action.Release.class)).isFalse();
  }

  @Test
  void earlyStoppingIsToldWithTheCommitOfItsPosition() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    assertThat(story.take(Action.Commit.class).finalReason()).isEmpty();
    story.trainsLastBatch("no better since e0");
    assertThat(story.isTraining()).isFalse();
    story.trainsOnUntilIdle();
    Checkpoint last = story.isSaved();
    story.tell(
        new Event.Committed(
            1, last.parent().orElseThrow(), AfterCommit.TRAIN_ON, Optional.of(at(2, 0))));
    assertThat(story.take(Action.Commit.class).finalReason()).contains("no better since e0");
  }

  @Test
  void aRenewalTellsPhasePositionAndAGrowingCounterAtAThirdOfTheTtl() {
    Story story = Story.training().trainsTo(at(0, 2));
    story.seconds(19);
    assertThat(story.wants(Action.Renew.class)).isFalse();
    story.seconds(1);
    Action.Renew first = story.take(Action.Renew.class);
    assertThat(first.phase()).isEqualTo(Phase.TRAIN);
    assertThat(first.position()).isEqualTo(at(0, 2));
    assertThat(first.progress()).isEqualTo(2);
    story.tell(Event.Renewed.of(1, story.now(), Story.TTL, Directive.GO_ON, ""));
    story.trainsTo(at(1, 0)).seconds(20);
    assertThat(story.take(Action.Renew.class).progress()).isEqualTo(3);
  }

  @Test
  void aRestoreShowsItsProgressInBytes() {
    Story story = Story.begins();
    story.isGranted(Optional.of(story.checkpoint(at(1, 0), Optional.empty(), 0)));
    story.tell(new Event.Progressed(1, 4096)).seconds(20);
    Action.Renew renew = story.take(Action.Renew.class);
    assertThat(renew.phase()).isEqualTo(Phase.RESTORE);
    assertThat(renew.progress()).isEqualTo(4096);
  }

  @Test
  void aDirectiveToReleaseSavesWhatWasTrainedCommitsAndReleases() {
    Story story = Story.training().trainsTo(at(0, 2)).seconds(20);
    story.renewAnswered(Directive.CHECKPOINT_AND_RELEASE).trainsOnUntilIdle();
    assertThat(story.position()).as("the batch that had begun").isEqualTo(at(1, 0));
    story.isSaved();
    assertThat(story.wants(Action.Release.class)).isFalse();
    story.commitAnswered(AfterCommit.RELEASE);
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.COMPLETED);
  }

  @Test
  void afterTheReleaseNothingIsAskedInTheLeasesName() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    story.commitAnswered(AfterCommit.RELEASE).forget();
    story.tell(new Event.Stopped(1)).seconds(300);
    assertThat(story.wanted()).isEqualTo(List.of());
  }

  @Test
  void withOnceTheSessionEndsWithItsFirstLease() {
    Story story = new Story(SegmentSettings.DEFAULT.forOneLease());
    story.isGranted(Optional.empty()).isStarted().trainsTo(at(1, 1));
    story.isSaved();
    story.commitAnswered(AfterCommit.RELEASE).tell(new Event.Released(1));
    assertThat(story.take(Action.Exit.class).why()).isEqualTo(Action.Exit.Why.DONE);
  }
}
