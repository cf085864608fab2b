package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.released;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.NumericProfile;
import baton.protocol.Trouble;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A person lets another program go on from a head than made it: knowingly, and once. */
class AcceptChangeTest {
  private static final NumericProfile SLOW = profile("arguments", "--lr 0.01");
  private static final NumericProfile FAST = profile("arguments", "--lr 0.1");
  private static final Resume ACCEPTING = new Resume(true, Optional.empty());

  private final Job begun = trained(waiting(), "anna", 1, SLOW);

  private static NumericProfile profile(String... facts) {
    Map<String, String> all = new HashMap<>(Map.of("script", "s1", "files", "{}", "threads", "1"));
    for (int i = 0; i < facts.length; i += 2) {
      all.put(facts[i], facts[i + 1]);
    }
    return new NumericProfile(all);
  }

  @Test
  void aJobThatThreeSessionsRefusedGoesOnAndTheyMayHaveItAgain() {
    Job failed = refusedBy("cleo", refusedBy("ben", refusedBy("anna", begun)));
    assertThat(failed.state()).isEqualTo(JobState.FAILED);

    Job resumed = after(failed, ACCEPTING);

    assertThat(resumed.state()).isEqualTo(JobState.WAITING);
    assertThat(resumed.acceptChange()).isTrue();
    assertThat(leasedTo("anna", resumed).acceptChange()).isTrue();
  }

  @Test
  void itIsRememberedUntilACheckpointOfTheOtherProgramIsCommitted() {
    Job accepted = after(begun, ACCEPTING);
    Job lost = leasedTo("ben", leasedTo("anna", accepted));
    assertThat(lost.acceptChange()).isTrue();

    Job moved = after(lost, commit(lost, 2, FAST));

    assertThat(moved.acceptChange()).as("the next change needs a person again").isFalse();
    assertThat(moved.certificate().sentence())
        .contains("equivalent", "other arguments: --lr 0.01 -> --lr 0.1");
  }

  @Test
  void aCommitOfTheOldProgramUsesNothingUp() {
    Job running = leasedTo("anna", begun);
    Job accepted = after(running, ACCEPTING);
    assertThat(accepted.state()).isEqualTo(JobState.RUNNING);

    Job moved = after(accepted, commit(accepted, 2, SLOW));
    assertThat(moved.acceptChange()).isTrue();

    NumericProfile elsewhere = profile("arguments", "--lr 0.01", "threads", "2");
    assertThat(trained(released(moved), "ben", 3, elsewhere).acceptChange())
        .as("another machine is no other program")
        .isTrue();
  }

  @Test
  void withoutAHeadThereIsNothingToAccept() {
    assertThat(ACCEPTING.decide(waiting(), NOON).changed()).isEmpty();
    Job paused = after(waiting(), new Pause(Optional.empty()));
    assertThat(after(paused, ACCEPTING).acceptChange()).isFalse();
  }

  @Test
  void whatIsAcceptedAlreadyIsNotAcceptedTwice() {
    Job accepted = after(begun, ACCEPTING);

    assertThat(ACCEPTING.decide(accepted, NOON))
        .isEqualTo(Decision.unchanged(new Outcome.Now(JobState.WAITING)));
  }

  @Test
  void aRepeatOfTheRequestAcceptsNoSecondChange() {
    Resume keyed = new Resume(true, Optional.of("key"));
    Outcome answered = keyed.decide(begun, NOON).outcome();
    Job changed = trained(after(begun, keyed), "ben", 2, FAST);

    assertThat(keyed.repeatKey()).contains("resume/key");
    assertThat(keyed.decide(changed, Optional.of(answered), NOON).changed()).isEmpty();
  }

  @Test
  void aPlainResumeNeitherAcceptsNorTakesBack() {
    Job paused = after(after(begun, ACCEPTING), new Pause(Optional.empty()));

    assertThat(after(paused, new Resume(false, Optional.empty())).acceptChange()).isTrue();
    assertThat(
            after(after(begun, new Pause(Optional.empty())), new Resume(false, Optional.empty()))
                .acceptChange())
        .isFalse();
  }

  @Test
  void aRestoreTakesItBack() {
    Job accepted = after(begun, ACCEPTING);

    assertThat(after(accepted, Samples.restore(7, accepted)).acceptChange()).isFalse();
  }

  @Test
  void thePersonsWordStandsInTheHistory() {
    assertThat(ACCEPTING.decide(begun, NOON).rows())
        .containsExactly(
            new History.Event(
                History.Event.Kind.RESUMED,
                "resumed by a person, who accepts another script, other arguments or files",
                NOON));
  }

  @Test
  void anotherFileIsAChangeOfTheProgramToo() {
    Job accepted = leasedTo("ben", after(begun, ACCEPTING));

    Job moved =
        after(
            accepted,
            commit(
                accepted, 2, profile("arguments", "--lr 0.01", "files", "{\"vocab.txt\":\"ab\"}")));
    assertThat(moved.acceptChange()).as("a file that one start has read is no change").isTrue();

    Job changed =
        after(
            moved,
            commit(moved, 3, profile("arguments", "--lr 0.01", "files", "{\"vocab.txt\":\"cd\"}")));

    assertThat(changed.acceptChange()).isFalse();
    assertThat(changed.certificate().sentence())
        .isEqualTo("equivalent, not identical, since e2-b0 (lease 2): another file: vocab.txt");
  }

  private static Job refusedBy(String worker, Job job) {
    Job leased = leasedTo(worker, job);
    return after(
        leased,
        new Fail(
            leased.fence(),
            secretOf(leased),
            Trouble.program("The arguments have changed.", "Start it as before.")));
  }

  private static Job trained(Job job, String worker, int epoch, NumericProfile profile) {
    Job leased = leasedTo(worker, job);
    return released(after(leased, commit(leased, epoch, profile)));
  }

  private static Commit commit(Job job, int epoch, NumericProfile profile) {
    Commit usual = Samples.commit(job, epoch, 0);
    return new Commit(
        usual.fence(),
        usual.secretHash(),
        usual.checkpoint(),
        profile,
        List.of(),
        usual.finalReason(),
        usual.verified(),
        usual.giveWay());
  }
}
