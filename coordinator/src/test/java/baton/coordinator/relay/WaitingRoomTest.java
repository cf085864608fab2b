package baton.coordinator.relay;

import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.askKnowing;
import static baton.coordinator.relay.RelayFixture.grantOf;
import static baton.coordinator.relay.RelayFixture.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Phase;
import baton.protocol.Position;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The long poll for a lease. Jobs have a ttl of 60 s. */
class WaitingRoomTest {
  private static final Duration POLL = Duration.ofSeconds(30);

  private final RelayFixture fixture = new RelayFixture();

  @Test
  void aWaitingJobIsGrantedAtOnce() {
    Job job = fixture.submit("mnist");
    Grant grant = grantOf(fixture.asks("anna", POLL));

    assertThat(grant.job()).isEqualTo(job.id());
    assertThat(grant.fence()).isEqualTo(new Fence(1));
    assertThat(grant.ttl()).isEqualTo(seconds(60));
    assertThat(grant.waited()).isZero();
    assertThat(grant.head()).isEmpty();
  }

  @Test
  void whoIsGrantedALeaseIsToldHowLongSessionsOfItsKindLast() {
    fixture.submit("mnist");
    assertThat(fixture.leased("anna").lifetime()).contains(LifetimeEstimate.PRIOR);
    fixture.passes(Duration.ofHours(2)); // Anna was never heard of again.
    fixture.passes(Duration.ofHours(10));

    fixture.leased("ben");
    fixture.passes(seconds(61));
    assertThat(fixture.leased("carla").lifetime())
        .as("nothing was held by who was never heard of: (4 h + 0 h) / 2")
        .contains(new LifetimeEstimate(Duration.ofHours(2), 1, Duration.ZERO));
  }

  @Test
  void whoWaitsIsAnsweredWhenAJobIsSubmitted() {
    CompletableFuture<Acquired> anna = fixture.asks("anna", POLL);
    fixture.passes(seconds(12));
    assertThat(anna).isNotDone();

    fixture.submit("mnist");

    assertThat(grantOf(anna).waited()).isEqualTo(seconds(12));
    assertThat(grantOf(anna).ttl()).isEqualTo(seconds(60));
  }

  @Test
  void whoWaitsIsAnsweredWhenALeaseIsReleased() {
    fixture.submit("mnist");
    Grant annas = fixture.leased("anna");
    CompletableFuture<Acquired> ben = fixture.asks("ben", POLL);

    fixture.releases("anna", annas);

    assertThat(grantOf(ben).fence()).isEqualTo(annas.fence().next());
  }

  @Test
  void whoWaitsIsAnsweredWhenALeaseHasRunOut() {
    fixture.submit("mnist");
    Grant annas = fixture.leased("anna");
    CompletableFuture<Acquired> ben = fixture.asks("ben", Duration.ofMinutes(5));
    fixture.passes(seconds(60).minusNanos(1));
    assertThat(ben).isNotDone();

    fixture.passes(Duration.ofNanos(1));

    assertThat(grantOf(ben).fence()).isEqualTo(annas.fence().next());
  }

  @Test
  void ofSeveralWhoWaitTheOneThatLastsLongestGetsTheJobAndStatusSaysWhy() {
    Job job = fixture.submit("mnist");
    Grant annas = fixture.leased("anna");
    CompletableFuture<Acquired> ben =
        fixture.asks(askKnowing("ben", Duration.ofMinutes(10)), Duration.ofMinutes(5));
    CompletableFuture<Acquired> carla =
        fixture.asks(askKnowing("carla", Duration.ofHours(4)), Duration.ofMinutes(5));

    fixture.releases("anna", annas);

    assertThat(ben).isNotDone();
    assertThat(grantOf(carla).fence()).isEqualTo(annas.fence().next());
    assertThat(fixture.job(job.id()).reason())
        .contains(
            "carla was chosen among 2 waiting workers: its session is expected to last 2.5 h");
  }

  @Test
  void aLeaseThatIsRenewedIsNotGivenToWhoWaits() {
    fixture.submit("mnist");
    Grant annas = fixture.leased("anna");
    CompletableFuture<Acquired> ben = fixture.asks("ben", Duration.ofMinutes(5));

    for (int i = 1; i <= 10; i++) {
      fixture.passes(seconds(20));
      fixture.renews("anna", annas, Phase.TRAIN, i);
    }

    assertThat(ben).isNotDone();
  }

  @Test
  void theRenewalsOfAnEarlierHolderKeepNoLeaseAlive() {
    fixture.submit("mnist");
    fixture.renews("anna", fixture.leased("anna"), Phase.TRAIN, 1);
    fixture.passes(seconds(60));
    fixture.leased("ben");
    CompletableFuture<Acquired> cleo = fixture.asks("cleo", Duration.ofMinutes(5));

    fixture.passes(seconds(59));
    assertThat(cleo).isNotDone();
    fixture.passes(seconds(1));
    assertThat(cleo).isDone();
  }

  @Test
  void atItsEndThePollIsAnsweredWithTheReason() {
    CompletableFuture<Acquired> anna = fixture.asks("anna", POLL);
    fixture.passes(POLL);

    assertThat(now(anna))
        .isEqualTo(new Acquired.Nothing("no job waits for a lease", Optional.empty()));
  }

  @Test
  void whoDoesNotWaitIsAnsweredAtOnce() {
    assertThat(now(fixture.asks("anna", Duration.ZERO))).isInstanceOf(Acquired.Nothing.class);
  }

  @Test
  void aStandbyIsToldTheHeadToKeepReady() {
    Job job = fixture.submit("mnist");
    Grant annas = fixture.leased("anna");
    fixture.commits("anna", annas, 1);
    CompletableFuture<Acquired> ben = fixture.asks("ben", Duration.ZERO);

    assertThat(now(ben))
        .isEqualTo(new Acquired.Nothing("every job is leased", fixture.job(job.id()).head()));
  }

  @Test
  void nothingIsGrantedToAClosedConnection() {
    AtomicBoolean open = new AtomicBoolean(true);
    CompletableFuture<Acquired> anna =
        fixture.relay.acquire(ask("anna"), POLL, open::get).toCompletableFuture();
    open.set(false);
    Job job = fixture.submit("mnist");

    assertThat(fixture.job(job.id()).state()).isEqualTo(JobState.WAITING);
    assertThat(fixture.relay.waiting()).isEmpty();
    assertThat(now(anna)).isInstanceOf(Acquired.Nothing.class);
    assertThat(fixture.leased("ben").fence()).isEqualTo(new Fence(1));
  }

  @Test
  void ofTwoWhoWaitForOneJobTheFirstIsServed() {
    CompletableFuture<Acquired> anna = fixture.asks("anna", POLL);
    CompletableFuture<Acquired> ben = fixture.asks("ben", POLL);
    Job first = fixture.submit("first");

    assertThat(grantOf(anna).job()).isEqualTo(first.id());
    assertThat(ben).isNotDone();
    assertThat(fixture.relay.waiting()).containsExactly(ask("ben"));

    Job second = fixture.submit("second");
    assertThat(grantOf(ben).job()).isEqualTo(second.id());
  }

  @Test
  void whileAGrantIsBeingStoredTheNextRequestIsGivenAnotherJob() {
    Job first = fixture.submit("first");
    Job second = fixture.submit("second");
    fixture.jobs.becomeSlow();
    CompletableFuture<Acquired> anna = fixture.asks("anna", POLL);
    CompletableFuture<Acquired> ben = fixture.asks("ben", POLL);
    assertThat(anna).as("nothing is told before it is stored").isNotDone();

    fixture.jobs.catchUp();

    assertThat(grantOf(anna).job()).isEqualTo(first.id());
    assertThat(grantOf(ben).job()).isEqualTo(second.id());
  }

  @Test
  void whoWaitedLongestStaysTheFirstHoweverOftenAllAreLookedAt() {
    CompletableFuture<Acquired> anna = fixture.asks("anna", POLL);
    CompletableFuture<Acquired> ben = fixture.asks("ben", POLL);
    CompletableFuture<Acquired> cleo = fixture.asks("cleo", POLL);
    for (int i = 0; i < 7; i++) {
      fixture.passes(seconds(1));
    }

    fixture.submit("first");
    assertThat(anna).isDone();
    assertThat(ben).isNotDone();
    fixture.submit("second");
    assertThat(ben).isDone();
    assertThat(cleo).isNotDone();
  }

  @Test
  void aRepeatFindsItsGrantAndIsASignOfLife() {
    fixture.submit("mnist");
    Grant first = fixture.leased("anna");
    fixture.passes(seconds(25));
    Grant again = fixture.leased("anna");

    assertThat(again.fence()).isEqualTo(first.fence());
    assertThat(again.ttl()).isEqualTo(seconds(60));
    assertThat(again.waited()).as("of this request, not of the first").isZero();
  }

  @Test
  void aRepeatThatWasSentWhileTheFirstStillWaitsGetsTheSameLease() {
    CompletableFuture<Acquired> lostConnection = fixture.asks("anna", POLL);
    fixture.passes(seconds(5));
    CompletableFuture<Acquired> repeat = fixture.asks("anna", POLL);
    fixture.passes(seconds(5));
    fixture.submit("mnist");

    assertThat(grantOf(repeat).fence()).isEqualTo(grantOf(lostConnection).fence());
    assertThat(grantOf(repeat).waited()).isEqualTo(seconds(5));
    assertThat(grantOf(lostConnection).waited()).isEqualTo(seconds(10));
  }

  @Test
  void aRepeatFindsItsGrantEvenIfAnotherJobIsMoreUrgentNow() {
    Job job = fixture.submit("mnist");
    fixture.leased("anna");
    fixture.submit("urgent", 9);

    assertThat(fixture.leased("anna").job()).isEqualTo(job.id());
  }

  @Test
  void aRepeatAfterTheLeasesEndIsToldSo() {
    fixture.submit("mnist");
    Grant grant = fixture.leased("anna");
    fixture.releases("anna", grant);

    assertThat(refusal(fixture.asks("anna", POLL))).isEqualTo(Refusal.LEASE_ENDED);
  }

  @Test
  void aSessionWithALiveLeaseIsRefusedASecond() {
    fixture.submit("mnist");
    fixture.leased("anna");
    fixture.submit("digits");

    assertThat(refusal(fixture.asks(ask("anna", "new secret"), POLL)))
        .isEqualTo(Refusal.SESSION_HOLDS_LEASE);
  }

  @Test
  void whoseJobWasJustPausedForChurnWaitsForTheNextOne() {
    Job churning = fixture.submit("churning");
    for (String worker : new String[] {"anna", "ben", "cleo"}) {
      fixture.leased(worker);
      fixture.passes(seconds(60));
    }
    CompletableFuture<Acquired> dora = fixture.asks("dora", POLL);
    assertThat(fixture.job(churning.id()).state()).isEqualTo(JobState.PAUSED);
    assertThat(dora).as("no lease was granted to it, so none has ended").isNotDone();

    Job next = fixture.submit("next");
    assertThat(grantOf(dora).job()).isEqualTo(next.id());
  }

  @Test
  void whenTheDatabaseGoesAwayAfterTheGrantTheRequestFailsAndItsRepeatFindsTheLease() {
    Job job = fixture.submit("mnist");
    fixture.jobs.goAwayAfterNextSave();
    CompletableFuture<Acquired> anna = fixture.asks("anna", POLL);

    assertThatThrownBy(() -> now(anna)).isInstanceOf(StoreUnavailable.class);
    fixture.jobs.comeBack();
    assertThat(fixture.leased("anna").job()).isEqualTo(job.id());
  }

  @Test
  void drainingSendsEveryoneHome() {
    CompletableFuture<Acquired> anna = fixture.asks("anna", POLL);
    CompletableFuture<Acquired> ben = fixture.asks("ben", POLL);
    Acquired home = new Acquired.Nothing("the coordinator is shutting down", Optional.empty());

    fixture.relay.drain();

    assertThat(now(anna)).isEqualTo(home);
    assertThat(now(ben)).isEqualTo(home);
    fixture.submit("mnist");
    assertThat(now(fixture.asks("cleo", POLL))).as("who comes later").isEqualTo(home);
  }

  @Test
  void aGrantNamesTheHeadToGoOnFrom() {
    Job job = fixture.submit("mnist");
    Grant annas = fixture.leased("anna");
    fixture.commits("anna", annas, 1);
    fixture.releases("anna", annas);
    Grant bens = fixture.leased("ben");

    assertThat(bens.head()).isEqualTo(fixture.job(job.id()).head()).isPresent();
    assertThat(bens.segment().from()).isEqualTo(Position.ofEpochs(1));
  }

  private static Refusal refusal(CompletableFuture<Acquired> acquired) {
    return ((Acquired.Refused) now(acquired)).refusal().why();
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
