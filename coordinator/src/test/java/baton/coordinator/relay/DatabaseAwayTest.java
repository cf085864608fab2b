package baton.coordinator.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.Samples;
import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.Grant;
import baton.protocol.Phase;
import baton.protocol.Position;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The database is gone for ten minutes, ten times as long as a lease lasts. */
class DatabaseAwayTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final Duration ABSENCE = Duration.ofSeconds(3);

  private final RelayFixture fixture = new RelayFixture();
  private Duration now = Duration.ofDays(7);
  private Relay relay;
  private Job job;
  private Grant grant;

  @BeforeEach
  void annaHoldsALease() {
    relay = fixture.another(Clock.fixed(Samples.NOON, ZoneOffset.UTC), () -> now, ABSENCE);
    job = fixture.submit("mnist");
    grant = RelayFixture.grantOf(asks("anna"));
    passes(Duration.ofSeconds(20));
  }

  @Test
  void meanwhileNothingIsGrantedRenewedOrCommitted() {
    Committing saved = saved(1);
    fixture.jobs.goAway();

    assertGone(asks("ben"));
    assertGone(renews("anna"));
    assertGone(commits(saved));
    assertThatThrownBy(relay::tick).isInstanceOf(StoreUnavailable.class);
  }

  @Test
  void whoTrainedOnCommitsItAllInOrderOnceItIsBack() {
    isGoneForTenMinutes();

    assertThat(RelayFixture.now(commits(saved(1)))).isInstanceOf(Outcome.Committed.class);
    assertThat(RelayFixture.now(commits(saved(2)))).isInstanceOf(Outcome.Committed.class);
    assertThat(fixture.job(job.id()).position()).isEqualTo(Position.ofEpochs(2));
    assertThat(fixture.job(job.id()).fence()).isEqualTo(grant.fence());
  }

  @Test
  void nobodyTakesOverBeforeAWholeTtlSinceItsReturn() {
    isGoneForTenMinutes();

    passes(Duration.ofSeconds(59));
    assertThat(RelayFixture.now(asks("ben"))).isInstanceOf(Acquired.Nothing.class);

    passes(Duration.ofSeconds(2));
    Acquired taken = RelayFixture.now(asks("ben"));
    assertThat(((Acquired.Leased) taken).grant().fence()).isGreaterThan(grant.fence());
  }

  @Test
  void whoRenewsAfterItsReturnKeepsTheLease() {
    isGoneForTenMinutes();

    passes(Duration.ofSeconds(30));
    RelayFixture.now(renews("anna"));
    passes(Duration.ofSeconds(59));

    assertThat(RelayFixture.now(asks("ben"))).isInstanceOf(Acquired.Nothing.class);
  }

  private void isGoneForTenMinutes() {
    fixture.jobs.goAway();
    for (Duration gone = Duration.ZERO; gone.compareTo(TEN_MINUTES) < 0; ) {
      gone = gone.plusSeconds(1);
      now = now.plusSeconds(1);
      assertThatThrownBy(relay::tick).isInstanceOf(StoreUnavailable.class);
    }
    fixture.jobs.comeBack();
    relay.tick();
  }

  private void passes(Duration time) {
    for (long second = 0; second < time.toSeconds(); second++) {
      now = now.plusSeconds(1);
      relay.tick();
    }
  }

  private CompletionStage<Acquired> asks(String worker) {
    return relay.acquire(Samples.ask(worker), Duration.ZERO, () -> true);
  }

  private CompletionStage<Outcome> renews(String worker) {
    Renewing renewing = Samples.renewing(Phase.TRAIN, 99, OptionalDouble.of(0.5));
    return relay.renew(grant.job(), grant.fence(), Samples.ask(worker).secretHash(), renewing);
  }

  private CompletionStage<Outcome> commits(Committing saved) {
    return relay.commit(grant.job(), grant.fence(), Samples.ask("anna").secretHash(), saved);
  }

  private Committing saved(int epoch) {
    return fixture.committing(grant, Position.ofEpochs(epoch));
  }

  private static void assertGone(CompletionStage<?> asked) {
    assertThatThrownBy(() -> RelayFixture.now(asked)).isInstanceOf(StoreUnavailable.class);
  }
}
