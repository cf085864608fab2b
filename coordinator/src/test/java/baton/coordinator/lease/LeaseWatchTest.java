package baton.coordinator.lease;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Phase;
import baton.protocol.PhaseLimit;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** R9, R10 and R12: what one coordinator has seen, in seconds of its own monotonic clock. */
class LeaseWatchTest {
  private static final JobId JOB = new JobId("job-mnist");
  private static final Fence FENCE = new Fence(1);
  private static final Ttl TTL = new Ttl(Duration.ofSeconds(60));
  private static final Duration ABSENCE = Duration.ofSeconds(3);

  private final LeaseWatch watch = new LeaseWatch(ABSENCE);
  private long renewals;

  @Test
  void aLeaseNeverSeenHasAWholeTtl() {
    assertThat(remaining(at(1_000_000))).isEqualTo(TTL.whole());
  }

  @Test
  void aLeaseRunsOutAWholeTtlAfterItWasFirstSeen() {
    watch.begin(JOB, FENCE, at(1_000));

    assertThat(remaining(at(1_059))).isEqualTo(Duration.ofSeconds(1));
    assertThat(remaining(at(1_060).minusNanos(1))).isEqualTo(Duration.ofNanos(1));
    assertThat(remaining(at(1_060))).isZero();
    assertThat(remaining(at(9_999))).isZero();
  }

  @Test
  void whoIsFrozenBetweenItsStartAndItsFirstLookGivesAWholeTtlOnceItLooks() {
    watch.begin(JOB, FENCE, at(0));
    watch.look(at(30));

    assertThat(remaining(at(89))).isEqualTo(Duration.ofSeconds(1));
    assertThat(remaining(at(90))).isZero();
  }

  @Test
  void toBeginAgainDoesNotProlongTheWait() {
    watch.begin(JOB, FENCE, at(0));
    watch.begin(JOB, FENCE, at(50));

    assertThat(remaining(at(60))).isZero();
  }

  @Test
  void aRenewalGivesAWholeTtlFromWhenItWasSeen() {
    watch.begin(JOB, FENCE, at(0));
    renew(Phase.TRAIN, 1, at(59));

    assertThat(remaining(at(118))).isEqualTo(Duration.ofSeconds(1));
    assertThat(remaining(at(119))).isZero();
  }

  @Test
  void aRenewalThatIsToldLateDoesNotSetALeasesTimeBack() {
    watch.begin(JOB, FENCE, at(0));
    renew(Phase.TRAIN, 2, at(50));
    renew(Phase.TRAIN, 1, at(40));

    assertThat(remaining(at(50))).isEqualTo(TTL.whole());
  }

  @Test
  void whoLooksRegularlySeesALeaseRunOut() {
    watch.begin(JOB, FENCE, at(0));
    looksEachSecond(0, 60);

    assertThat(remaining(at(60))).isZero();
  }

  @Test
  void whoWasFrozenGivesEachLeaseAWholeTtl() {
    watch.begin(JOB, FENCE, at(0));
    looksEachSecond(0, 59);

    watch.look(at(659));

    assertThat(remaining(at(659))).isEqualTo(TTL.whole());
    looksEachSecond(660, 719);
    assertThat(remaining(at(719))).isZero();
  }

  @Test
  void anAbsenceAsShortAsALateTimerCountsForNothing() {
    watch.begin(JOB, FENCE, at(0));
    looksEachSecond(0, 57);

    watch.look(at(60));

    assertThat(remaining(at(60))).isZero();
  }

  @Test
  void whereRenewalsMayHaveBeenLostEachLeaseHasAWholeTtl() {
    renew(Phase.TRAIN, 7, at(0));

    watch.restartWaits(at(60));

    assertThat(remaining(at(60))).isEqualTo(TTL.whole());
    assertThat(watch.heartbeat(JOB, FENCE)).as("still known").isPresent();
  }

  @Test
  void aChangeCostsTheTimeUntilTrainingBeginsAndAnUpload() {
    watch.begin(JOB, FENCE, at(0));
    assertThat(watch.costOfChange(JOB, FENCE)).isZero();
    renew(Phase.RESTORE, 1, at(20));
    renew(Phase.TRAIN, 2, at(90));
    renew(Phase.EVALUATE, 3, at(110));
    assertThat(watch.costOfChange(JOB, FENCE)).isEqualTo(at(90));

    watch.observe(
        JOB,
        new LeaseHeartbeat(
            FENCE,
            4,
            new Renewing(
                Phase.TRAIN,
                Position.START,
                5,
                OptionalDouble.empty(),
                Optional.of(
                    new SaveInterval(
                        at(60), Optional.empty(), Optional.of(at(30)), LifetimeEstimate.PRIOR)))),
        at(130));

    assertThat(watch.costOfChange(JOB, FENCE)).isEqualTo(at(120));
    assertThat(watch.costOfChange(JOB, FENCE.next())).as("of another lease").isZero();
  }

  @Test
  void aFreezeIsNoStallOfTheHolder() {
    renew(Phase.TRAIN, 7, at(0));
    renew(Phase.TRAIN, 7, at(20));

    watch.restartWaits(at(10_000));
    renew(Phase.TRAIN, 7, at(10_010));

    assertThat(watch.stalled(JOB, FENCE, Policy.DEFAULT.limits())).isEmpty();
  }

  private void looksEachSecond(int from, int to) {
    for (int second = from; second <= to; second++) {
      watch.look(at(second));
    }
  }

  @Test
  void aRunOutLeaseThatIsRenewedLivesOn() {
    watch.begin(JOB, FENCE, at(0));
    renew(Phase.TRAIN, 1, at(500));

    assertThat(remaining(at(500))).isEqualTo(TTL.whole());
  }

  @Test
  void aCounterThatStandsStillIsNoRenewal() {
    LeaseHeartbeat heartbeat = renew(Phase.TRAIN, 1, at(0));
    watch.observe(JOB, heartbeat, at(59));

    assertThat(remaining(at(60))).isZero();
  }

  @Test
  void aCoordinatorThatHasJustStartedBeginsTheWaitAnew() {
    LeaseHeartbeat old = renew(Phase.TRAIN, 1, at(0));
    LeaseWatch restarted = new LeaseWatch(ABSENCE);
    restarted.begin(JOB, FENCE, at(600));
    restarted.observe(JOB, old, at(610));

    assertThat(restarted.remaining(JOB, FENCE, TTL, at(669))).isEqualTo(Duration.ofSeconds(1));
    assertThat(restarted.remaining(JOB, FENCE, TTL, at(670))).isZero();
  }

  @Test
  void aNewFenceBeginsAnew() {
    watch.begin(JOB, FENCE, at(0));
    watch.begin(JOB, FENCE.next(), at(60));

    assertThat(watch.remaining(JOB, FENCE.next(), TTL, at(119))).isEqualTo(Duration.ofSeconds(1));
    assertThat(watch.heartbeat(JOB, FENCE.next())).isEmpty();
  }

  @Test
  void eachJobIsWaitedForByItself() {
    JobId other = new JobId("job-other");
    watch.begin(JOB, FENCE, at(0));
    watch.begin(other, FENCE, at(30));

    assertThat(remaining(at(60))).isZero();
    assertThat(watch.remaining(other, FENCE, TTL, at(60))).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void whatIsForgottenIsSeenAsForTheFirstTime() {
    renew(Phase.TRAIN, 1, at(0));
    watch.forget(JOB);

    assertThat(watch.heartbeat(JOB, FENCE)).isEmpty();
    assertThat(remaining(at(500))).isEqualTo(TTL.whole());
  }

  @Test
  void aHeartbeatIsNotProgress() {
    renew(Phase.TRAIN, 7, at(0));
    renew(Phase.TRAIN, 7, at(100));
    assertThat(stalled()).isEmpty();

    renew(Phase.TRAIN, 7, at(101));
    assertThat(stalled()).contains(Phase.TRAIN);
    assertThat(remaining(at(101))).as("renewed all the same").isEqualTo(TTL.whole());
  }

  @Test
  void progressBeginsTheTimeAnew() {
    renew(Phase.TRAIN, 7, at(0));
    renew(Phase.TRAIN, 8, at(90));
    renew(Phase.TRAIN, 8, at(190));

    assertThat(stalled()).isEmpty();
  }

  @Test
  void whoBeginsAgainAndAgainMakesNoProgress() {
    renew(Phase.TRAIN, 7, at(0));
    renew(Phase.TRAIN, 6, at(90));
    renew(Phase.TRAIN, 7, at(101));

    assertThat(stalled()).contains(Phase.TRAIN);
  }

  @Test
  void eachPhaseHasItsOwnTimeToProgress() {
    renew(Phase.RESTORE, 7, at(0));
    renew(Phase.RESTORE, 7, at(11));

    assertThat(stalled()).contains(Phase.RESTORE);
  }

  @Test
  void aPhaseThatProgressesForeverExceedsItsWhole() {
    for (int second = 0; second <= 300; second += 20) {
      renew(Phase.TRAIN, second, at(second));
      assertThat(stalled()).isEmpty();
    }
    renew(Phase.TRAIN, 301, at(301));

    assertThat(stalled()).contains(Phase.TRAIN);
  }

  @Test
  void aNewPhaseResetsBothLimitsWhateverItsCounter() {
    renew(Phase.TRAIN, 500, at(0));
    renew(Phase.TRAIN, 501, at(99));
    renew(Phase.EVALUATE, 0, at(190));
    renew(Phase.EVALUATE, 1, at(280));
    renew(Phase.EVALUATE, 2, at(370));

    assertThat(stalled()).isEmpty();
    assertThat(watch.heartbeat(JOB, FENCE))
        .map(heartbeat -> heartbeat.said().phase())
        .contains(Phase.EVALUATE);
  }

  @Test
  void whoHasNotRenewedYetStallsInNothing() {
    watch.begin(JOB, FENCE, at(0));

    assertThat(stalled()).isEmpty();
  }

  @Test
  void whoIsSilentHasRunOutAndDoesNotStall() {
    renew(Phase.TRAIN, 7, at(0));

    assertThat(remaining(at(9_999))).isZero();
    assertThat(stalled()).isEmpty();
  }

  @Test
  void whoTrainedOnOutOfReachHasProgressedWhenItIsBack() {
    renew(Phase.TRAIN, 7, at(0));
    renew(Phase.TRAIN, 4_000, at(250));

    assertThat(stalled()).isEmpty();
  }

  /** A holder that trains on under one fence for days commits all the while. */
  @Test
  void aCommitBeginsItsPhaseAnew() {
    for (long second = 0; second <= 400; second += 50) {
      renew(Phase.TRAIN, second, at(second));
      watch.committed(JOB, FENCE, at(second));
    }

    assertThat(stalled()).isEmpty();
  }

  @Test
  void theStallOfAnEarlierLeaseIsNotTheNextOnes() {
    renew(Phase.TRAIN, 7, at(0));
    renew(Phase.TRAIN, 7, at(200));

    assertThat(watch.stalled(JOB, FENCE.next(), limits())).isEmpty();
  }

  @Test
  void silenceIsCountedFromTheLastRenewalOrCommit() {
    assertThat(watch.silence(JOB, FENCE, at(7))).isZero();

    watch.begin(JOB, FENCE, at(10));
    renew(Phase.TRAIN, 1, at(20));
    assertThat(watch.silence(JOB, FENCE, at(95))).isEqualTo(at(75));

    watch.committed(JOB, FENCE, at(90));
    assertThat(watch.silence(JOB, FENCE, at(95))).isEqualTo(at(5));
    assertThat(watch.silence(JOB, FENCE.next(), at(95))).isZero();
  }

  private LeaseHeartbeat renew(Phase phase, long progress, Duration now) {
    LeaseHeartbeat heartbeat =
        new LeaseHeartbeat(
            FENCE, ++renewals, Samples.renewing(phase, progress, OptionalDouble.empty()));
    watch.observe(JOB, heartbeat, now);
    return heartbeat;
  }

  private Duration remaining(Duration now) {
    return watch.remaining(JOB, FENCE, TTL, now);
  }

  private Optional<Phase> stalled() {
    return watch.stalled(JOB, FENCE, limits());
  }

  /** 100 s without progress and 300 s in all to train and evaluate; 10 s and 20 s to restore. */
  private static Map<Phase, PhaseLimit> limits() {
    Map<Phase, PhaseLimit> limits = new EnumMap<>(Policy.DEFAULT.limits());
    limits.put(Phase.TRAIN, new PhaseLimit(at(100), at(300)));
    limits.put(Phase.EVALUATE, new PhaseLimit(at(100), at(300)));
    limits.put(Phase.RESTORE, new PhaseLimit(at(10), at(20)));
    return limits;
  }

  private static Duration at(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
