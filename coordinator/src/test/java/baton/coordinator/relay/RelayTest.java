package baton.coordinator.relay;

import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.renewing;
import static baton.coordinator.lease.Samples.spec;
import static baton.coordinator.relay.RelayFixture.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.protocol.AfterCommit;
import baton.protocol.Directive;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.Phase;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Renewals, turns, pauses and restarts. Jobs have a ttl of 60 s and 15 min to train a batch. */
class RelayTest {
  private static final Outcome GO_ON = new Outcome.Renewed(Directive.GO_ON, "");

  private final RelayFixture fixture = new RelayFixture();
  private final Job mnist = fixture.submit("mnist");
  private final Grant annas = fixture.leased("anna");

  @Test
  void aRenewalIsSharedAndProlongsTheLease() {
    fixture.passes(seconds(20));

    assertThat(fixture.renews("anna", annas, Phase.TRAIN, 7)).isEqualTo(GO_ON);
    assertThat(fixture.heartbeats.get(mnist.id()))
        .contains(
            new LeaseHeartbeat(annas.fence(), 1, renewing(Phase.TRAIN, 7, OptionalDouble.of(0.5))));
    assertThat(fixture.relay.heartbeat(job())).isEqualTo(fixture.heartbeats.get(mnist.id()));
    fixture.passes(seconds(15));
    assertThat(fixture.relay.remaining(job())).contains(seconds(45));
  }

  @Test
  void aRenewalThatAnotherCoordinatorTookProlongsTheLeaseToo() {
    fixture.passes(seconds(50));
    fixture.heartbeats.put(
        mnist.id(),
        new LeaseHeartbeat(annas.fence(), 3, renewing(Phase.TRAIN, 7, OptionalDouble.empty())));
    fixture.passes(seconds(3)); // a twentieth of the ttl

    assertThat(fixture.relay.remaining(job())).contains(seconds(60));
  }

  @Test
  void aHolderWithoutProgressIsToldToStop() {
    Outcome last = null;
    for (int minute = 0; minute <= 15; minute++) {
      last = fixture.renews("anna", annas, Phase.TRAIN, 7);
      assertThat(last).isEqualTo(GO_ON);
      fixture.passes(Duration.ofMinutes(1));
    }
    last = fixture.renews("anna", annas, Phase.TRAIN, 7);

    assertThat(last).isEqualTo(new Outcome.Renewed(Directive.STOP, "no progress in phase train"));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().budget().stallsInARow()).isEqualTo(1);
  }

  @Test
  void aHolderOutOfReachForAnHourIsWelcomeBackWhileNobodyTookOver() {
    fixture.renews("anna", annas, Phase.TRAIN, 7);
    for (int minute = 0; minute < 60; minute++) {
      fixture.passes(Duration.ofMinutes(1));
    }

    assertThat(fixture.commits("anna", annas, 1)).isInstanceOf(Outcome.Committed.class);
    assertThat(fixture.renews("anna", annas, Phase.TRAIN, 9_000)).isEqualTo(GO_ON);
    assertThat(fixture.relay.remaining(job())).contains(seconds(60));
  }

  @Test
  void aHolderThatLostItsLeaseIsToldToStop() {
    fixture.passes(seconds(60));
    Grant bens = fixture.leased("ben");

    assertThat(bens.fence()).isEqualTo(annas.fence().next());
    assertThat(fixture.renews("anna", annas, Phase.TRAIN, 7))
        .isEqualTo(new Outcome.Renewed(Directive.STOP, "the lease has ended"));
    assertThat(fixture.heartbeats.get(mnist.id())).as("and its renewal prolongs nothing").isEmpty();
  }

  @Test
  void cancellingReachesTheHolderWithItsNextRenewal() {
    now(fixture.relay.cancel(mnist.id()));

    assertThat(fixture.renews("anna", annas, Phase.TRAIN, 7))
        .isEqualTo(new Outcome.Renewed(Directive.STOP, "cancelled"));
  }

  @Test
  void pausingLetsTheHolderSaveCommitAndRelease() {
    now(fixture.relay.pause(mnist.id()));

    assertThat(fixture.renews("anna", annas, Phase.TRAIN, 7))
        .isEqualTo(new Outcome.Renewed(Directive.CHECKPOINT_AND_RELEASE, "the job is paused"));
    assertThat(next(fixture.commits("anna", annas, 1))).isEqualTo(AfterCommit.RELEASE);
    fixture.releases("anna", annas);
    assertThat(job().state()).isEqualTo(JobState.PAUSED);
  }

  @Test
  void thePausingJobsLeaseEndsWhenItHasRunOut() {
    now(fixture.relay.pause(mnist.id()));
    fixture.passes(seconds(60).minusNanos(1));
    assertThat(job().state()).isEqualTo(JobState.PAUSING);

    fixture.passes(Duration.ofNanos(1));

    assertThat(job().state()).isEqualTo(JobState.PAUSED);
    assertThat(job().budget().lostInARow()).isEqualTo(1);
  }

  @Test
  void aJobWhoseLeaseHasRunOutIsPausedAtOnce() {
    fixture.passes(seconds(60));

    assertThat(now(fixture.relay.pause(mnist.id()))).isEqualTo(new Outcome.Now(JobState.PAUSED));
  }

  @Test
  void whoWaitsGetsNothingWhileTheHolderIsAsGood() {
    fixture.passes(Duration.ofHours(2));
    fixture.renews("anna", annas, Phase.TRAIN, 7);
    CompletableFuture<Acquired> ben = fixture.asks("ben", Duration.ofHours(5));

    assertThat(next(fixture.commits("anna", annas, 1))).isEqualTo(AfterCommit.TRAIN_ON);
    assertThat(next(fixture.commits("anna", annas, 2))).isEqualTo(AfterCommit.TRAIN_ON);
    assertThat(ben).isNotDone();
    fixture.releases("anna", annas);
    assertThat(RelayFixture.grantOf(ben).head()).isEqualTo(job().head());
  }

  @Test
  void anotherJobHasItsTurnAtTheSegmentsEnd() {
    Job digits = fixture.submit("digits");
    fixture.passes(Duration.ofMinutes(5));

    assertThat(next(fixture.commits("anna", annas, 1))).isEqualTo(AfterCommit.TRAIN_ON);
    assertThat(next(fixture.commits("anna", annas, 2))).isEqualTo(AfterCommit.RELEASE);
    fixture.releases("anna", annas);
    assertThat(RelayFixture.grantOf(fixture.asks(ask("anna", "anew"), Duration.ZERO)).job())
        .isEqualTo(digits.id());
  }

  @Test
  void theTurnIsAsLongAsAChangeIsDear() {
    fixture.submit("digits");
    fixture.renews("anna", annas, Phase.RESTORE, 7);
    fixture.passes(seconds(50));
    fixture.renews("anna", annas, Phase.RESTORE, 8);
    fixture.passes(seconds(40));
    fixture.renews("anna", annas, Phase.TRAIN, 1); // 90 s to restore and start: a turn of 30 min
    fixture.passes(Duration.ofMinutes(27));

    assertThat(next(fixture.commits("anna", annas, 2))).isEqualTo(AfterCommit.TRAIN_ON);
    fixture.passes(Duration.ofMinutes(2));
    assertThat(next(fixture.commits("anna", annas, 4))).isEqualTo(AfterCommit.RELEASE);
  }

  @Test
  void aJobOfHigherPriorityWaitsForOneSave() {
    Job urgent = fixture.submit("urgent", 1);

    assertThat(next(fixture.commits("anna", annas, 1))).isEqualTo(AfterCommit.RELEASE);
    fixture.releases("anna", annas);
    assertThat(RelayFixture.grantOf(fixture.asks(ask("anna", "anew"), Duration.ZERO)).job())
        .isEqualTo(urgent.id());
  }

  @Test
  void aCommitDoesNotListTheJobsAnew() {
    int before = fixture.jobs.timesListed();

    assertThat(next(fixture.commits("anna", annas, 1))).isEqualTo(AfterCommit.TRAIN_ON);
    assertThat(next(fixture.commits("anna", annas, 2))).as("a hand-over point").isNotNull();

    assertThat(fixture.jobs.timesListed()).isEqualTo(before);
  }

  @Test
  void aRestartGivesEveryLiveLeaseAWholeTtl() {
    fixture.passes(seconds(50));
    fixture.restart();
    fixture.passes(seconds(20));
    CompletableFuture<Acquired> ben = fixture.asks("ben", Duration.ofMinutes(5));

    assertThat(fixture.relay.remaining(job())).contains(seconds(40));
    fixture.passes(seconds(39));
    assertThat(ben).isNotDone();
    fixture.passes(seconds(1));
    assertThat(ben).isDone();
  }

  @Test
  void theHolderDoesNotNoticeARestart() {
    fixture.renews("anna", annas, Phase.TRAIN, 7);
    fixture.restart();

    assertThat(fixture.renews("anna", annas, Phase.TRAIN, 8)).isEqualTo(GO_ON);
    assertThat(fixture.commits("anna", annas, 1)).isInstanceOf(Outcome.Committed.class);
  }

  @Test
  void anUnknownJobIsToldApart() {
    JobId unknown = new JobId("job-unknown");

    assertThatThrownBy(() -> now(fixture.relay.pause(unknown)))
        .isInstanceOf(UnknownJob.class)
        .hasMessage("There is no job job-unknown.");
    assertThatThrownBy(() -> now(fixture.relay.resume(unknown, false, Optional.empty())))
        .isInstanceOf(UnknownJob.class);
  }

  @Test
  void aRepeatedSubmissionFindsItsJob() {
    Optional<JobId> key = Optional.of(new JobId("job-of-the-key"));
    Outcome first = now(fixture.relay.submit(spec("digits"), key));

    assertThat(now(fixture.relay.submit(spec("digits"), key))).isEqualTo(first);
    assertThat(fixture.jobs.newest(9)).hasSize(2);
  }

  @Test
  void aKeyThatMadeAnotherJobIsRefused() {
    Optional<JobId> key = Optional.of(new JobId("job-of-the-key"));
    now(fixture.relay.submit(spec("digits"), key));

    assertThatThrownBy(() -> now(fixture.relay.submit(spec("other"), key)))
        .isInstanceOf(KeyReused.class)
        .hasMessageContaining("made the job digits");
    assertThat(fixture.jobs.findByName("other")).isEmpty();
  }

  @Test
  void aForeignSecretRenewsNothing() {
    Renewing said = renewing(Phase.TRAIN, 1, OptionalDouble.empty());
    Outcome outcome =
        now(fixture.relay.renew(mnist.id(), annas.fence(), ask("mallory").secretHash(), said));

    assertThat(((Outcome.Refused) outcome).why()).isEqualTo(Refusal.FOREIGN_SECRET);
    assertThat(fixture.heartbeats.get(mnist.id())).isEmpty();
  }

  private Job job() {
    return fixture.job(mnist.id());
  }

  private static AfterCommit next(Outcome outcome) {
    return ((Outcome.Committed) outcome).next();
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
