package baton.worker.segment;

import static baton.worker.segment.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.AfterCommit;
import baton.protocol.Cadence;
import baton.protocol.ReleaseReason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a session ends: told to, at its known end, or for want of work. */
class EndingStoryTest {

  @Test
  void toldToEndItSavesCommitsReleasesAndExits() {
    Story story = Story.training().trainsTo(at(0, 1)).tell(new Event.ShutdownAsked());
    story.trainsOnUntilIdle();
    assertThat(story.position()).isEqualTo(at(0, 2));
    story.isSaved();
    story.commitAnswered(AfterCommit.TRAIN_ON);
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.SESSION_ENDING);
    story.tell(new Event.Released(1));
    assertThat(story.take(Action.Exit.class).why()).isEqualTo(Action.Exit.Why.DONE);
  }

  @Test
  void aSaveThatIsNotDoneInTimeIsAbandonedForTheRelease() {
    Story story = Story.training().trainsTo(at(0, 1)).tell(new Event.ShutdownAsked());
    story.trainsOnUntilIdle().seconds(14);
    assertThat(story.wants(Action.Release.class)).isFalse();
    story.ringsFor(Duration.ofSeconds(1));
    story.take(Action.Stop.class);
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.SESSION_ENDING);
  }

  @Test
  void aReleaseThatIsNotAnsweredInTimeIsNotWaitedFor() {
    Story story = Story.training().trainsTo(at(0, 1)).tell(new Event.ShutdownAsked());
    story.ringsFor(Duration.ofSeconds(18));
    assertThat(story.take(Action.Exit.class).why()).isEqualTo(Action.Exit.Why.DONE);
    assertThat(story.now().monotonic()).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void aProgramThatHangsDoesNotHoldUpTheEnd() {
    Story story = Story.training().tell(new Event.ShutdownAsked());
    assertThat(story.isTraining()).as("the batch never returns").isTrue();
    story.ringsFor(Duration.ofSeconds(15));
    assertThat(story.wants(Action.Release.class)).isTrue();
  }

  @Test
  void toldToEndWhileItWaitsForWorkItIsGoneWithinASecond() {
    Story story = Story.begins().tell(new Event.ShutdownAsked());
    assertThat(story.wants(Action.Exit.class)).as("a grant may be on its way").isFalse();
    story.ringsFor(Duration.ofSeconds(1));
    assertThat(story.take(Action.Exit.class).why()).isEqualTo(Action.Exit.Why.DONE);
  }

  @Test
  void aGrantThatWasOnItsWayWhenToldToEndIsGivenBack() {
    Story story = Story.begins().tell(new Event.ShutdownAsked());
    story.passes(Duration.ofMillis(900)).isGranted(Optional.empty());
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.SESSION_ENDING);
    story.tell(new Event.Released(1));
    assertThat(story.wants(Action.Exit.class)).isTrue();
  }

  @Test
  void toldToEndBeforeTrainingBeganItReleasesAtOnce() {
    Story story = Story.begins();
    story.isGranted(Optional.of(story.checkpoint(at(1, 0), Optional.empty(), 0)));
    story.tell(new Event.ShutdownAsked());
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.SESSION_ENDING);
  }

  @Test
  void aKnownEndIsMetWithTimeForOneSaveAndAMargin() {
    Story story = new Story(SegmentSettings.DEFAULT.endingIn(Duration.ofSeconds(600)));
    assertThat(story.take(Action.Ask.class).endsIn()).contains(Duration.ofSeconds(600));
    story.isGranted(Optional.empty()).isStarted().trainsTo(at(1, 1)).seconds(40);
    story.isSaved();
    story.commitAnswered(AfterCommit.TRAIN_ON).trainsTo(at(1, 2));
    // The save took 40 s, and so did a batch; with 600 s goes a margin of 30 s.
    assertThat(story.timer()).isEqualTo(Duration.ofSeconds(600 - 30 - 44 - 40));
    story.ringsFor(story.timer().minus(story.now().monotonic())).trainsOnUntilIdle();
    story.isSaved();
    story.commitAnswered(AfterCommit.TRAIN_ON);
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.SESSION_ENDING);
  }

  @Test
  void aSaveThatWouldStillRunWhenTheLastMustBeginIsNotBegun() {
    Story story = new Story(SegmentSettings.DEFAULT.endingIn(Duration.ofSeconds(440)));
    story.with(new Cadence(50, Cadence.Unit.SECONDS));
    story.isGranted(Optional.empty()).isStarted().trainsTo(at(1, 1)).seconds(40);
    story.isSaved();
    story.commitAnswered(AfterCommit.TRAIN_ON).seconds(60).trainsTo(at(1, 2)).trainsTo(at(2, 0));
    story.seconds(40).isSaved();
    story.commitAnswered(AfterCommit.TRAIN_ON).seconds(60).trainsTo(at(2, 1));

    // It leaves at 440 - 22 - 44 - 100 = 274 s. It is 200 s now, and a save takes 44.
    story.trainsTo(at(2, 2)).seconds(40).isSaved();
    story.commitAnswered(AfterCommit.TRAIN_ON).trainsTo(at(3, 0)).seconds(5);

    assertThat(story.now().monotonic()).isEqualTo(Duration.ofSeconds(245));
    story.trainsTo(at(3, 1));
    assertThat(story.wants(Action.Save.class)).as("though a segment has ended").isFalse();
    story.ringsFor(Duration.ofSeconds(29)).trainsOnUntilIdle();
    assertThat(story.isSaved().position()).isEqualTo(story.position());
  }

  @Test
  void aSaveThatWasAskedForNearTheEndIsTheLastOneAndNothingIsTrainedInVain() {
    Story story = new Story(SegmentSettings.DEFAULT.endingIn(Duration.ofSeconds(279)));
    story.with(Cadence.EVERY_EPOCH).isGranted(Optional.empty()).isStarted();
    for (int batch = 1; batch <= 9; batch++) {
      if (batch == 6 || batch == 9) {
        story.seconds(10).isSaved(); // it took 50 s: 55 with a reserve
        story.commitAnswered(AfterCommit.TRAIN_ON).seconds(10);
      } else {
        story.seconds(20);
      }
      story.trainsTo(at(batch / 3, batch % 3));
      while (!story.isTraining() && story.moves()) {}
    }

    // It is 180 s now. It would leave at 279 - 14 - 55 - 20 = 190 s, 40 s before the save is done.
    story.seconds(20).trainsOnUntilIdle().seconds(30);
    assertThat(story.isSaved().position()).isEqualTo(at(3, 0)).isEqualTo(story.position());
    story.commitAnswered(AfterCommit.TRAIN_ON);
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.SESSION_ENDING);
  }

  @Test
  void aSessionTooNearItsEndAsksForNothing() {
    Story story = new Story(SegmentSettings.DEFAULT.endingIn(Duration.ofSeconds(100)));
    Action.Ask ask = story.take(Action.Ask.class);
    assertThat(ask.holdFor()).isEqualTo(Duration.ofSeconds(30));
    Moment sentAt = story.now();
    story.seconds(96);
    assertThat(story.wants(Action.Exit.class)).as("an answer may be on its way").isFalse();
    story.tell(new Event.NothingNow(1, "every job is leased", sentAt));
    assertThat(story.take(Action.Exit.class).why()).isEqualTo(Action.Exit.Why.DONE);
  }

  @Test
  void aGrantThatComesAsTheSessionEndsIsGivenBack() {
    Story story = new Story(SegmentSettings.DEFAULT.endingIn(Duration.ofSeconds(100)));
    story.seconds(96).isGranted(Optional.empty());
    assertThat(story.take(Action.Release.class).why()).isEqualTo(ReleaseReason.SESSION_ENDING);
  }

  @Test
  void withoutWorkForLongItEnds() {
    Story story = new Story(SegmentSettings.DEFAULT.idleFor(Duration.ofSeconds(70)));
    Duration[] holds = new Duration[3];
    for (int i = 0; i < 3; i++) {
      Moment sentAt = story.now();
      holds[i] = story.take(Action.Ask.class).holdFor();
      story.passes(holds[i]).tell(new Event.NothingNow(1, "no job waits", sentAt));
    }
    assertThat(holds)
        .containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(10));
    assertThat(story.take(Action.Exit.class).why()).isEqualTo(Action.Exit.Why.IDLE);
  }

  @Test
  void aCoordinatorThatAnswersAtOnceIsNotAskedInALoop() {
    Story story = Story.begins();
    story.take(Action.Ask.class);
    story.tell(new Event.NothingNow(1, "draining", story.now()));
    assertThat(story.wants(Action.Ask.class)).isFalse();
    assertThat(story.timer()).isGreaterThan(story.now().monotonic());
  }

  @Test
  void aRefusedTokenEndsTheSessionWithTheCoordinatorsSentence() {
    Story story = Story.begins();
    story.tell(
        new Event.Refused(
            1, SegmentRequest.ASK, WorkerRefusal.TOKEN, "This token is not known here."));
    assertThat(story.take(Action.Exit.class))
        .isEqualTo(new Action.Exit(Action.Exit.Why.REFUSED, "This token is not known here."));
  }
}
