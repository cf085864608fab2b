package baton.coordinator.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.History.Event;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.Samples;
import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.PhaseLimit;
import baton.protocol.Policy;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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

  private Relay seeing(HeartbeatStore heartbeats) {
    return fixture.another(Clock.systemUTC(), () -> others, ABSENCE, heartbeats);
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
    fixture.heartbeats.clear(); // what it has in memory is as old as it is

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

  /** The shared renewals, as one sees them who is frozen in the middle of a look. */
  private final class FrozenHeartbeats implements HeartbeatStore {
    private final HeartbeatStore shared = fixture.heartbeats;
    private final Map<JobId, LeaseHeartbeat> memory = new HashMap<>();
    private Runnable meanwhile;

    /** The next look is cut in two, and what it finds is as old as the one who looks. */
    void freezeInTheNextLook(Collection<JobId> jobs, Runnable whatHappens) {
      memory.putAll(shared.all(jobs));
      meanwhile = whatHappens;
    }

    @Override
    public Optional<LeaseHeartbeat> get(JobId job) {
      return Optional.ofNullable(all(List.of(job)).get(job));
    }

    @Override
    public Map<JobId, LeaseHeartbeat> all(Collection<JobId> jobs) {
      if (meanwhile != null) {
        Runnable event = meanwhile;
        meanwhile = null;
        event.run();
      }
      return memory.isEmpty() ? shared.all(jobs) : Map.copyOf(memory);
    }

    @Override
    public void put(JobId job, LeaseHeartbeat heartbeat) {
      shared.put(job, heartbeat);
    }

    @Override
    public void remove(JobId job) {
      shared.remove(job);
    }
  }

  @Test
  void whoIsFrozenInTheMiddleOfALookHasNotSeenWhatWasRenewedMeanwhile() {
    FrozenHeartbeats heartbeats = new FrozenHeartbeats();
    Relay frozen = seeing(heartbeats);
    List<Grant> grants = twoAreLeased();
    passesAtBoth(frozen, 20);
    heartbeats.freezeInTheNextLook(
        grants.stream().map(Grant::job).toList(), () -> renewedWhileFrozen(grants));
    passesAtBoth(frozen, 3); // and it looks, which takes it ten minutes

    assertThat(heartbeats.meanwhile).as("it was frozen").isNull();
    assertThat(asks(frozen, "ben")).isInstanceOf(Acquired.Nothing.class);
    assertLive(grants);
  }

  @Test
  void whoIsFrozenInTheLookThatConfirmsASilenceEndsNoLeaseThatWasRenewedMeanwhile() {
    FrozenHeartbeats heartbeats = new FrozenHeartbeats();
    Relay frozen = seeing(heartbeats);
    List<Grant> grants = twoAreLeased();
    passesAtBoth(frozen, 62); // they are late, and Ben may have one of the jobs
    heartbeats.freezeInTheNextLook(
        grants.stream().map(Grant::job).toList(), () -> renewedWhileFrozen(grants));

    assertThatThrownBy(() -> asks(frozen, "ben")).isInstanceOf(CutOff.class);
    assertLive(grants);
  }

  private List<Grant> twoAreLeased() {
    fixture.submit("mnist");
    fixture.submit("cifar");
    List<Grant> grants = List.of(fixture.leased("anna"), fixture.leased("carla"));
    fixture.renews("anna", grants.get(0), Phase.TRAIN, 1);
    fixture.renews("carla", grants.get(1), Phase.TRAIN, 1);
    return grants;
  }

  private void renewedWhileFrozen(List<Grant> grants) {
    others = others.plusMinutes(10);
    fixture.renews("anna", grants.get(0), Phase.TRAIN, 2);
    fixture.renews("carla", grants.get(1), Phase.TRAIN, 2);
  }

  private void assertLive(List<Grant> grants) {
    for (Grant grant : grants) {
      assertThat(fixture.job(grant.job()).fence()).isEqualTo(grant.fence());
      assertThat(fixture.job(grant.job()).lease()).isPresent();
    }
  }

  @Test
  void whoIsFrozenBetweenTheLookAndTheWriteEndsNoLeaseThatWasRenewedMeanwhile() {
    Job job = fixture.submit("mnist");
    Relay frozen = another(Duration.ZERO);
    Grant annas = fixture.leased("anna");
    passesAtBoth(frozen, 62); // Anna is late, and Ben may have the job
    fixture.jobs.becomeSlow();
    CompletionStage<Acquired> bens = frozen.acquire(Samples.ask("ben"), Duration.ZERO, () -> true);
    others = others.plusMinutes(10);
    fixture.renews("anna", annas, Phase.TRAIN, 1);

    fixture.jobs.catchUp();

    assertThatThrownBy(() -> RelayFixture.now(bens)).isInstanceOf(CutOff.class);
    assertThat(fixture.job(job.id()).fence()).isEqualTo(annas.fence());
  }

  @Test
  void whoIsFrozenBeforeItPausesLetsTheHolderGoOn() {
    Job job = fixture.submit("mnist");
    Relay frozen = another(Duration.ZERO);
    Grant annas = fixture.leased("anna");
    passesAtBoth(frozen, 62);
    fixture.jobs.becomeSlow();
    CompletionStage<Outcome> paused = frozen.pause(job.id());
    others = others.plusMinutes(10);
    fixture.renews("anna", annas, Phase.TRAIN, 1);

    fixture.jobs.catchUp();

    assertThatThrownBy(() -> RelayFixture.now(paused)).isInstanceOf(CutOff.class);
    assertThat(fixture.job(job.id()).state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aGrantThatIsToldAgainByAnotherMemberLivesAWholeTtlAtAll() {
    fixture.submit("mnist");
    Grant lost = fixture.leased("anna"); // the answer does not arrive
    fixture.passes(Duration.ofSeconds(50));
    Relay other = another(Duration.ZERO);

    Grant again = ((Acquired.Leased) asks(other, "anna")).grant();
    assertThat(again.fence()).isEqualTo(lost.fence());
    assertThat(again.ttl()).isEqualTo(Duration.ofSeconds(60));

    passesAtBoth(other, 59);
    assertThat(asks(fixture.relay, "ben")).isInstanceOf(Acquired.Nothing.class);
    passesAtBoth(other, 1 + 3); // they heard of it within a twentieth of the ttl
    assertThat(asks(fixture.relay, "ben")).isInstanceOf(Acquired.Leased.class);
  }

  @Test
  void aGrantToldLateTellsWhatRemainsOfItAtTheOthers() {
    fixture.submit("mnist");
    Relay frozen = another(Duration.ZERO);
    fixture.jobs.afterNextSave(() -> others = others.plusSeconds(40));

    Grant annas = ((Acquired.Leased) asks(frozen, "anna")).grant();

    assertThat(annas.ttl()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void aGrantThatHasRunOutBeforeItIsToldIsToldAsEnded() {
    fixture.submit("mnist");
    Relay frozen = another(Duration.ZERO);
    fixture.jobs.afterNextSave(
        () -> {
          others = others.plusMinutes(2);
          fixture.passes(Duration.ofSeconds(3));
          fixture.passes(Duration.ofSeconds(61));
          fixture.leased("ben");
        });

    Acquired annas = asks(frozen, "anna");

    assertThat(annas)
        .isInstanceOfSatisfying(
            Acquired.Refused.class,
            refused -> assertThat(refused.refusal().why()).isEqualTo(Refusal.LEASE_ENDED));
  }

  @Test
  void aMemberThatWasAwayTellsAHolderNoMoreThanTheOthersWait() {
    Job job = fixture.submit("mnist");
    Relay frozen = another(Duration.ZERO);
    Grant annas = fixture.leased("anna");
    passesAtBoth(frozen, 5);
    Duration came = others;
    Renewing renewing = Samples.renewing(Phase.TRAIN, 1, OptionalDouble.empty());
    RelayFixture.now(
        frozen.renew(job.id(), annas.fence(), Samples.ask("anna").secretHash(), renewing));

    others = others.plusSeconds(40); // frozen before it answers
    frozen.tick();

    Job held = fixture.job(job.id());
    assertThat(frozen.remaining(held)).contains(Duration.ofSeconds(60));
    assertThat(frozen.remaining(held, came)).contains(Duration.ofSeconds(20));
  }

  @Test
  void aCommitThatAnotherMemberTookBeginsThePhaseAnewHereToo() {
    JobSpec usual = Samples.spec("mnist");
    Job job = fixture.submit(withLimits(usual, Phase.TRAIN, PhaseLimit.ofMinutes(2, 3)));
    Relay other = another(Duration.ZERO);
    Grant grant = fixture.leased("anna");
    for (int minute = 1; minute < 12; minute++) {
      for (int times = 0; times < 2; times++) {
        passesAtBoth(other, 30);
        fixture.renews("anna", grant, Phase.TRAIN, 2 * minute + times);
      }
      fixture.commits("anna", grant, minute);
    }

    other.tick();

    assertThat(fixture.job(job.id()).fence()).isEqualTo(grant.fence());
    assertThat(fixture.job(job.id()).lease()).as("all train on under one fence").isPresent();
  }

  private static JobSpec withLimits(JobSpec spec, Phase phase, PhaseLimit limit) {
    Policy usual = spec.policy();
    Map<Phase, PhaseLimit> limits = new EnumMap<>(usual.limits());
    limits.put(phase, limit);
    return JobSpec.of(spec.name(), spec.program(), 12)
        .withParameters(spec.parameters())
        .withSeed(spec.seed())
        .withPriority(spec.priority())
        .withPolicy(Policy.DEFAULT.withSegmentEpochs(12).withLimits(limits));
  }

  @Test
  void aSessionThatGaveItsLeaseBackElsewhereIsNotToldThatItHoldsIt() {
    fixture.submit("mnist");
    Relay other = another(Duration.ZERO);
    Grant grant = fixture.leased("anna");
    other.tick();
    fixture.loseSignals();
    fixture.releases("anna", grant);

    Acquired again =
        RelayFixture.now(
            other.acquire(Samples.ask("anna", "a new secret"), Duration.ZERO, () -> true));

    assertThat(RelayFixture.grantOf(CompletableFuture.completedStage(again)).fence())
        .isEqualTo(grant.fence().next());
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

  /** The shared renewals, while something happens in the middle of the sharing. */
  private final class InterruptedHeartbeats implements HeartbeatStore {
    private final HeartbeatStore shared = fixture.heartbeats;
    private Runnable meanwhile = () -> {};

    @Override
    public void put(JobId job, LeaseHeartbeat heartbeat) {
      meanwhile.run();
      shared.put(job, heartbeat);
    }

    @Override
    public Optional<LeaseHeartbeat> get(JobId job) {
      return shared.get(job);
    }

    @Override
    public Map<JobId, LeaseHeartbeat> all(Collection<JobId> jobs) {
      return shared.all(jobs);
    }

    @Override
    public void remove(JobId job) {
      shared.remove(job);
    }
  }

  private void renewsAt(Relay member, Grant grant, int progress) {
    Renewing renewing = Samples.renewing(Phase.TRAIN, progress, OptionalDouble.empty());
    RelayFixture.now(
        member.renew(grant.job(), grant.fence(), Samples.ask("anna").secretHash(), renewing));
  }

  @Test
  void aRenewalThatTheOthersHeardOfLatePromisesNothing() {
    Job job = fixture.submit("mnist");
    InterruptedHeartbeats heartbeats = new InterruptedHeartbeats();
    Relay other = seeing(heartbeats);
    Grant annas = fixture.leased("anna");
    passesAtBoth(other, 40);
    Duration came = others;
    heartbeats.meanwhile = () -> others = others.plusSeconds(3); // where it is kept is frozen

    renewsAt(other, annas, 1);
    assertThat(other.remaining(fixture.job(job.id()), came))
        .as("another may have found that the lease has run out, and be giving it away")
        .contains(Duration.ZERO);

    heartbeats.meanwhile = () -> {};
    renewsAt(other, annas, 2);
    assertThat(other.remaining(fixture.job(job.id()), others))
        .as("that one may be stored a moment later")
        .contains(Duration.ZERO);
    passesAtBoth(other, 3);
    renewsAt(other, annas, 3);
    assertThat(other.remaining(fixture.job(job.id()), others)).contains(Duration.ofSeconds(60));
  }

  @Test
  void aRenewalThatComesWhenTheLeaseMayHaveRunOutPromisesNothing() {
    Job job = fixture.submit("mnist");
    Relay other = another(Duration.ZERO);
    Grant annas = fixture.leased("anna");
    passesAtBoth(other, 20);
    renewsAt(other, annas, 1);
    passesAtBoth(other, 58); // the next one waited at a frozen member, which thaws

    renewsAt(other, annas, 2);

    assertThat(other.remaining(fixture.job(job.id()), others)).contains(Duration.ZERO);
    assertThat(other.remaining(fixture.job(job.id())))
        .as("it counts all the same")
        .contains(Duration.ofSeconds(60));
  }

  @Test
  void aRenewalThatIsSharedSlowlyWhileTheLeaseIsFreshPromisesWhatItDid() {
    Job job = fixture.submit("mnist");
    InterruptedHeartbeats heartbeats = new InterruptedHeartbeats();
    Relay other = seeing(heartbeats);
    Grant annas = fixture.leased("anna");
    passesAtBoth(other, 20);
    Duration came = others;
    heartbeats.meanwhile = () -> others = others.plusSeconds(3);

    renewsAt(other, annas, 1);

    assertThat(other.remaining(fixture.job(job.id()), came)).contains(Duration.ofSeconds(57));
  }

  @Test
  void aGrantToldAgainPromisesNothingWhereTheOthersHeardOfItLate() {
    fixture.submit("mnist");
    InterruptedHeartbeats heartbeats = new InterruptedHeartbeats();
    Relay other = seeing(heartbeats);
    fixture.leased("anna"); // the answer does not arrive
    passesAtBoth(other, 40);
    heartbeats.meanwhile = () -> others = others.plusSeconds(3);

    Grant again = ((Acquired.Leased) asks(other, "anna")).grant();

    assertThat(again.ttl()).isZero();
  }

  @Test
  void aRenewalSharedWhileCutOffIsNotAcknowledged() {
    fixture.submit("mnist");
    InterruptedHeartbeats heartbeats = new InterruptedHeartbeats();
    Relay other = seeing(heartbeats);
    Grant annas = fixture.leased("anna");
    heartbeats.meanwhile = () -> fixture.jobs.goAway();

    assertThatThrownBy(() -> renewsAt(other, annas, 1)).isInstanceOf(StoreUnavailable.class);
  }

  @Test
  void whoCannotLookSeesNoLeaseRunOutHoweverManyAskMeanwhile() {
    Job job = fixture.submit("mnist");
    Relay other = another(Duration.ZERO);
    Grant annas = fixture.leased("anna");
    passesAtBoth(other, 55);

    for (int second = 0; second < 12; second++) { // its look waits for a frozen member
      others = others.plusSeconds(1);
      assertThat(asks(other, "ben")).isInstanceOf(Acquired.Nothing.class);
    }

    assertThat(fixture.job(job.id()).fence()).isEqualTo(annas.fence());
  }
}
