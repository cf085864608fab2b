package baton.worker.segment;

import static baton.worker.segment.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.AfterCommit;
import baton.protocol.Checkpoint;
import baton.protocol.Directive;
import baton.protocol.ReleaseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Replies are lost, coordinators vanish, laptops sleep: R8, R9 and R12 from the worker's side. */
class OutOfReachStoryTest {

  @Test
  void aLostGrantIsAskedForAgainWithTheSameSecret() {
    Story story = Story.begins();
    Action.Ask first = story.unanswered(SegmentRequest.ASK, Action.Ask.class);
    assertThat(story.wants(Action.Ask.class)).as("not at once").isFalse();
    story.ringsFor(Duration.ofSeconds(1));
    assertThat(story.take(Action.Ask.class).turn()).isEqualTo(first.turn());
  }

  @Test
  void anAnswerThatWaitedCountsFromItsSendingPlusTheWait() {
    Story story = Story.begins();
    Moment sentAt = story.now();
    story.seconds(31);
    story.isGranted(Optional.empty(), sentAt, Duration.ofSeconds(30)).isStarted();
    assertThat(story.session().leaseTimeLeft(story.now())).contains(Duration.ofSeconds(59));
    story.seconds(18);
    assertThat(story.wants(Action.Renew.class)).isFalse();
    story.seconds(1);
    assertThat(story.wants(Action.Renew.class)).isTrue();
  }

  @Test
  void aLateGrantOfAnEarlierSendingIsCountedFromThatSending() {
    Story story = Story.begins();
    Moment sentAt = story.now();
    story.unanswered(SegmentRequest.ASK, Action.Ask.class);
    story.seconds(50);
    story.isGranted(Optional.empty(), sentAt, Duration.ZERO);
    assertThat(story.session().leaseTimeLeft(story.now())).contains(Duration.ofSeconds(10));
    assertThat(story.wants(Action.Renew.class)).isTrue();
  }

  @Test
  void aLaptopThatWakesRenewsBeforeAllElseAndTheAnswerDecides() {
    Story story = Story.training().trainsTo(at(0, 1)).sleeps(Duration.ofHours(2));
    assertThat(story.session().leaseTimeLeft(story.now())).contains(Duration.ZERO);
    assertThat(story.isTraining()).isTrue();
    story.renewAnswered(Directive.STOP);
    assertThat(story.wanted()).containsExactly(new Action.Stop(1));
  }

  @Test
  void aLaptopThatWakesInTimeGoesOn() {
    Story story = Story.training().trainsTo(at(0, 1)).sleeps(Duration.ofHours(2));
    story.renewAnswered(Directive.GO_ON).trainsTo(at(1, 1));
    assertThat(story.wants(Action.Save.class)).isTrue();
    assertThat(story.session().leaseTimeLeft(story.now())).contains(Story.TTL);
  }

  @Test
  void pastItsDeadlineOutOfReachItTrainsSavesAndUploadsAndThenCommitsInOrder() {
    Story story = Story.training();
    List<Checkpoint> uploads = new ArrayList<>();
    for (int epoch = 1; epoch <= 3; epoch++) {
      story.trainsTo(at(epoch, 1));
      uploads.add(story.isSaved());
      loseEveryRequestFor(story, Duration.ofSeconds(100));
    }
    assertThat(story.session().leaseTimeLeft(story.now())).contains(Duration.ZERO);
    assertThat(story.isTraining()).isTrue();

    story.ringsFor(Duration.ofSeconds(30));
    for (Checkpoint expected : uploads) {
      assertThat(story.wants(Action.Stop.class)).isFalse();
      Action.Commit commit = story.take(Action.Commit.class);
      assertThat(commit.checkpoint()).isEqualTo(expected);
      story.tell(
          new Event.Committed(
              1,
              expected.digest(),
              AfterCommit.TRAIN_ON,
              Optional.of(at(expected.position().epoch() + 1, 0))));
    }
    assertThat(story.isTraining()).isTrue();
  }

  @Test
  void whenTheCoordinatorIsBackAStaleFenceStopsItAtOnce() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    loseEveryRequestFor(story, Duration.ofSeconds(100));
    story.trainsTo(at(1, 2)).ringsFor(Duration.ofSeconds(30));
    story.take(Action.Commit.class);
    story.forget();
    story.tell(
        new Event.Refused(
            1, SegmentRequest.COMMIT, WorkerRefusal.LEASE_ENDED, "Lease 7 of digits has ended."));
    assertThat(story.wanted()).containsExactly(new Action.Stop(1));
    story.tell(new Event.Stopped(1));
    assertThat(story.take(Action.Ask.class).turn()).isEqualTo(2);
  }

  @Test
  void anAnswerToARenewalHurriesTheCommitThatWaits() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    for (int i = 0; i < 8; i++) {
      story.unanswered(SegmentRequest.COMMIT, Action.Commit.class);
      story.ringsFor(Duration.ofSeconds(31));
    }
    story.unanswered(SegmentRequest.COMMIT, Action.Commit.class);
    story.renewAnswered(Directive.GO_ON);
    assertThat(story.wants(Action.Commit.class)).isTrue();
  }

  @Test
  void aLostCommitReplyIsAnsweredByARepeatOfTheSameCommit() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    Action.Commit first = story.unanswered(SegmentRequest.COMMIT, Action.Commit.class);
    story.ringsFor(Duration.ofSeconds(1));
    assertThat(story.take(Action.Commit.class)).isEqualTo(first);
  }

  @Test
  void aCommitAnsweredTwiceMovesTheLineOnce() {
    Story story = Story.training().trainsTo(at(1, 1));
    Checkpoint first = story.isSaved();
    story.trainsTo(at(2, 1));
    Checkpoint second = story.isSaved();
    Event answer =
        new Event.Committed(1, first.digest(), AfterCommit.TRAIN_ON, Optional.of(at(2, 0)));
    story.forget().tell(answer).tell(answer);
    assertThat(story.wanted())
        .singleElement()
        .isInstanceOfSatisfying(
            Action.Commit.class, commit -> assertThat(commit.checkpoint()).isEqualTo(second));
  }

  @Test
  void aLostReleaseReplyIsAnsweredByARepeat() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    story.commitAnswered(AfterCommit.RELEASE).tell(new Event.Stopped(1));
    Action.Release first = story.unanswered(SegmentRequest.RELEASE, Action.Release.class);
    story.ringsFor(Duration.ofSeconds(1));
    assertThat(story.take(Action.Release.class)).isEqualTo(first);
    assertThat(first.why()).isEqualTo(ReleaseReason.COMPLETED);
    story.tell(
        new Event.Refused(1, SegmentRequest.RELEASE, WorkerRefusal.LEASE_ENDED, "It has ended."));
    assertThat(story.take(Action.Ask.class).turn()).isEqualTo(2);
  }

  @Test
  void aLateStopOfAFormerLeaseDoesNotTouchThePresentOne() {
    Story story = Story.training().trainsTo(at(1, 1));
    story.isSaved();
    story.commitAnswered(AfterCommit.RELEASE);
    story.tell(new Event.Released(1)).tell(new Event.Stopped(1)).nextTurn().forget();
    story.isGranted(Optional.empty()).isStarted();
    story.tell(
        Event.Renewed.of(1, story.now(), Duration.ZERO, Directive.STOP, "the lease has ended"));
    assertThat(story.wants(Action.Stop.class)).isFalse();
    assertThat(story.isTraining()).isTrue();
  }

  @Test
  void aGrantThatHasEndedIsAskedForWithANewSecret() {
    Story story = Story.begins();
    story.take(Action.Ask.class);
    story.tell(
        new Event.Refused(1, SegmentRequest.ASK, WorkerRefusal.LEASE_ENDED, "It has ended."));
    assertThat(story.take(Action.Ask.class).turn()).isEqualTo(2);
  }

  @Test
  void aSessionThatReachesNobodyForLongEnds() {
    Story story = Story.begins();
    loseEveryRequestFor(story, SegmentSettings.DEFAULT.idleExit().plusSeconds(30));
    assertThat(story.take(Action.Exit.class).why()).isEqualTo(Action.Exit.Why.UNREACHABLE);
  }

  private static void loseEveryRequestFor(Story story, Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      if (story.wants(Action.Ask.class)) {
        story.unanswered(SegmentRequest.ASK, Action.Ask.class);
      }
      if (story.wants(Action.Renew.class)) {
        story.unanswered(SegmentRequest.RENEW, Action.Renew.class);
      }
      if (story.wants(Action.Commit.class)) {
        story.unanswered(SegmentRequest.COMMIT, Action.Commit.class);
      }
      story.seconds(1);
    }
  }
}
