package baton.coordinator.relay;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.History.Event;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Samples;
import baton.protocol.Grant;
import baton.protocol.Phase;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** Two coordinators share jobs and renewals; each has clocks of its own. */
class SeveralCoordinatorsTest {
  private static final Duration ABSENCE = Duration.ofSeconds(3);

  private final RelayFixture fixture = new RelayFixture();
  private Duration others = Duration.ofDays(300);

  private Relay another(Duration clockIsOffBy) {
    Clock clock = Clock.fixed(Samples.NOON.plus(clockIsOffBy), ZoneOffset.UTC);
    return fixture.another(clock, () -> others, ABSENCE);
  }

  private void passesAtBoth(Relay another, int seconds) {
    for (int second = 0; second < seconds; second++) {
      fixture.passes(Duration.ofSeconds(1));
      others = others.plusSeconds(1);
      another.tick();
    }
  }

  private Acquired asks(Relay relay, String worker) {
    return RelayFixture.now(relay.acquire(Samples.ask(worker), Duration.ZERO, () -> true));
  }

  @Test
  void aMemberWhoseClockIsFiveMinutesOffEndsNoLeaseEarlyAndNoneLate() {
    fixture.submit("mnist");
    Relay ahead = another(Duration.ofMinutes(5));
    fixture.leased("anna");

    passesAtBoth(ahead, 59);
    assertThat(asks(ahead, "ben")).isInstanceOf(Acquired.Nothing.class);

    passesAtBoth(ahead, 2); // it saw the lease a second after the grant
    assertThat(asks(ahead, "ben")).isInstanceOf(Acquired.Leased.class);
  }

  @Test
  void aRenewalAtOneMemberIsSeenByTheOther() {
    fixture.submit("mnist");
    Relay other = another(Duration.ZERO);
    Grant grant = fixture.leased("anna");
    passesAtBoth(other, 59);

    fixture.renews("anna", grant, Phase.TRAIN, 1);
    passesAtBoth(other, 59);

    assertThat(asks(other, "ben")).isInstanceOf(Acquired.Nothing.class);
  }

  @Test
  void aThawedMemberEndsNoLeaseThatWasRenewedElsewhere() {
    Job job = fixture.submit("mnist");
    Relay frozen = another(Duration.ZERO);
    Grant grant = fixture.leased("anna");
    passesAtBoth(frozen, 5);
    for (int minutes = 0; minutes < 10; minutes++) {
      fixture.passes(Duration.ofSeconds(50));
      fixture.renews("anna", grant, Phase.TRAIN, minutes + 1);
    }
    others = others.plusMinutes(10);
    fixture.pulses.clear(); // what it has in memory is as old as it is

    assertThat(asks(frozen, "ben")).isInstanceOf(Acquired.Nothing.class);

    frozen.tick();
    passesAtBoth(frozen, 30);
    fixture.renews("anna", grant, Phase.TRAIN, 99);
    passesAtBoth(frozen, 30);
    assertThat(fixture.job(job.id()).fence()).isEqualTo(grant.fence());
    assertThat(fixture.job(job.id()).lease()).isPresent();
  }

  @Test
  void aThawedMemberEndsALeaseThatNobodyRenewsAfterAWholeWaitOfItsOwn() {
    fixture.submit("mnist");
    Relay frozen = another(Duration.ZERO);
    fixture.leased("anna");
    passesAtBoth(frozen, 5);
    others = others.plusMinutes(10);

    for (int second = 0; second < 60; second++) {
      assertThat(asks(frozen, "ben"))
          .as("%d s after the thaw", second)
          .isInstanceOf(Acquired.Nothing.class);
      others = others.plusSeconds(1);
      frozen.tick();
    }
    assertThat(asks(frozen, "ben")).isInstanceOf(Acquired.Leased.class);
  }

  @Test
  void whatTwoFindExpiredEndsOnce() {
    Job job = fixture.submit("mnist");
    Relay other = another(Duration.ZERO);
    fixture.leased("anna");
    RelayFixture.now(fixture.relay.pause(job.id()));

    passesAtBoth(other, 62);

    assertThat(fixture.job(job.id()).state()).isEqualTo(JobState.PAUSED);
    assertThat(fixture.jobs.history(job.id()).events(100))
        .filteredOn(event -> event.kind() == Event.Kind.LOST)
        .hasSize(1);
  }
}
