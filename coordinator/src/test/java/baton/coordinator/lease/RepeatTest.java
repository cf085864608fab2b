package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.commit;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.refusal;
import static baton.coordinator.lease.Samples.released;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** R8: every request may be sent twice, and a repeat is known before its fence is checked. */
class RepeatTest {
  private final Job job = leasedTo("anna", waiting());

  @Test
  void aRepeatedCommitGetsTheSameAnswerWhateverBecameOfTheJob() {
    Commit commit = commit(job, 1, 0);
    Outcome answered = commit.decide(job, NOON).outcome();
    Job committed = after(job, commit);

    for (Job later : laterThan(committed)) {
      assertThat(refusal(later, commit)).as("decided anew when %s", later.state()).isNotNull();
      assertThat(repeated(commit, later, answered)).isEqualTo(Decision.unchanged(answered));
    }
  }

  @Test
  void theCommitThatCompletedTheJobIsRepeatedOnTheCompleteJob() {
    Commit last = commit(job, 6, 0);
    Outcome answered = last.decide(job, NOON).outcome();
    Job complete = after(job, last);

    assertThat(complete.state()).isEqualTo(JobState.COMPLETE);
    assertThat(repeated(last, complete, answered)).isEqualTo(Decision.unchanged(answered));
  }

  @Test
  void aRepeatedReleaseGetsTheSameAnswerWhateverBecameOfTheJob() {
    List<Command> releases =
        List.of(
            new Release(job.fence(), secretOf(job), true),
            new Fail(job.fence(), secretOf(job), Trouble.program("it broke", "Mend it.")),
            new ReportCorrupt(
                job.fence(), secretOf(job), Samples.corrupt(job), ReportCorrupt.OwnCheck.NOT_MADE));

    for (Command release : releases) {
      Outcome answered = release.decide(job, NOON).outcome();
      Job later = leasedTo("ben", after(job, release));

      assertThat(refusal(later, release)).isEqualTo(Refusal.STALE_FENCE);
      assertThat(repeated(release, later, answered)).isEqualTo(Decision.unchanged(answered));
    }
  }

  @Test
  void aLeaseIsGivenBackOnceHoweverItIsPut() {
    Release release = new Release(job.fence(), secretOf(job), false);
    Fail failed = new Fail(job.fence(), secretOf(job), Trouble.program("it broke", "Mend it."));

    assertThat(failed.repeatKey()).isEqualTo(release.repeatKey());
  }

  @Test
  void aRepeatedRequestForALeaseIsToldItsGrantAgain() {
    Acquire acquire = Acquire.free(ask("anna"));
    Decision first = acquire.decide(waiting(), NOON);
    Job granted = first.changed().orElseThrow();

    assertThat(repeated(acquire, granted, first.outcome()))
        .isEqualTo(Decision.unchanged(first.outcome()));
  }

  @Test
  void theGrantIsToldAsItStandsNow() {
    Acquire acquire = Acquire.free(ask("anna"));
    Outcome first = acquire.decide(waiting(), NOON).outcome();
    Job further = after(job, commit(job, 2, 0));

    Outcome.Granted told = (Outcome.Granted) repeated(acquire, further, first).outcome();

    assertThat(told.fence()).isEqualTo(job.fence());
    assertThat(told.head()).isEqualTo(further.head());
    assertThat(told.segment().from()).isEqualTo(Position.ofEpochs(2));
  }

  @Test
  void onceItsLeaseHasEndedARepeatedRequestIsToldSo() {
    Acquire acquire = Acquire.free(ask("anna"));
    Outcome first = acquire.decide(waiting(), NOON).outcome();

    for (Job later : List.of(released(job), leasedTo("ben", job), after(job, commit(job, 6, 0)))) {
      Decision repeat = repeated(acquire, later, first);

      assertThat(repeat.changed()).as("nothing is granted twice").isEmpty();
      assertThat(((Outcome.Refused) repeat.outcome()).why()).isEqualTo(Refusal.LEASE_ENDED);
    }
  }

  @Test
  void aRefusalIsNotStoredAsTheAnswerToRepeats() {
    Job lostTwice = leasedTo("cleo", leasedTo("ben", job));
    Acquire acquire =
        new Acquire(ask("dora"), Optional.of(lostTwice.fence()), Duration.ZERO, Optional.empty());
    Decision pausing = acquire.decide(lostTwice, NOON);

    JobStore.Transition transition =
        JobStore.Transition.of(lostTwice.version(), pausing, acquire.repeatKey());

    assertThat(pausing.outcome()).isInstanceOf(Outcome.Refused.class);
    assertThat(transition.repeatKey()).isEmpty();
  }

  @Test
  void theSameSessionWithANewSecretAsksAnew() {
    Acquire first = Acquire.free(ask("anna", "first"));
    Acquire second = Acquire.free(ask("anna", "second"));

    assertThat(second.repeatKey()).isNotEqualTo(first.repeatKey());
  }

  @Test
  void whatWasSeenMeanwhileDoesNotMakeItAnotherRequest() {
    Acquire before = Acquire.free(ask("anna"));
    Acquire after =
        new Acquire(ask("anna"), Optional.of(job.fence()), Duration.ZERO, Optional.empty());

    assertThat(after.repeatKey()).isEqualTo(before.repeatKey());
    assertThat(commit(job, 1, 0, true).repeatKey()).isEqualTo(commit(job, 1, 0).repeatKey());
  }

  @Test
  void whoLacksTheSecretCannotAskForTheAnswer() {
    Commit commit = commit(job, 1, 0);
    Sha256 foreign = Sha256.ofText("guessed");
    Commit guessed =
        new Commit(
            commit.fence(),
            foreign,
            commit.checkpoint(),
            commit.profile(),
            commit.measurements(),
            commit.finalReason(),
            commit.verified(),
            commit.giveWay());

    assertThat(guessed.repeatKey()).isNotEqualTo(commit.repeatKey());
    assertThat(new Release(job.fence(), foreign, false).repeatKey())
        .isNotEqualTo(new Release(job.fence(), secretOf(job), false).repeatKey());
  }

  @Test
  void anotherManifestIsAnotherCommit() {
    assertThat(commit(job, 1, 1).repeatKey()).isNotEqualTo(commit(job, 1, 0).repeatKey());
  }

  @Test
  void whatAPersonAsksForIsDecidedAgainToNoHarm() {
    Job paused = after(waiting(), new Pause(Optional.empty()));
    Job cancelled = after(waiting(), new Cancel());

    assertThat(new Pause(Optional.empty()).decide(paused, Optional.empty(), NOON))
        .isEqualTo(Decision.unchanged(new Outcome.Now(JobState.PAUSED)));
    assertThat(new Cancel().decide(cancelled, Optional.empty(), NOON))
        .isEqualTo(Decision.unchanged(new Outcome.Now(JobState.CANCELLED)));
  }

  /** The same lease still live, ended, taken over, and the job over. */
  private static List<Job> laterThan(Job job) {
    return List.of(
        job,
        released(job),
        leasedTo("ben", job),
        after(job, commit(job, 6, 0)),
        after(job, new Cancel()));
  }

  private static Decision repeated(Command command, Job later, Outcome stored) {
    return command.decide(later, Optional.of(stored), NOON);
  }
}
