package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.protocol.Fence;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Position;
import baton.protocol.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How long sessions last, by the leases that ended. */
class SessionLifetimesTest {

  private static Duration minutes(long minutes) {
    return Duration.ofMinutes(minutes);
  }

  @Test
  void beforeAnythingWasSeenItIsThePrior() {
    assertThat(SessionLifetimes.lifetime(Map.of(), "T4")).isEqualTo(LifetimeEstimate.PRIOR);
  }

  @Test
  void lossesAndTimeHeldMoveItAsAGammaPriorOfTheWeightOfOneLossDoes() {
    Map<String, SessionLifetimes> seen = Map.of("T4", new SessionLifetimes(minutes(576), 11));

    // (4 h + 9.6 h) / 12
    assertThat(SessionLifetimes.lifetime(seen, "T4"))
        .isEqualTo(new LifetimeEstimate(minutes(68), 11, minutes(576)));
  }

  @Test
  void timeHeldWithoutALossCountsToo() {
    Map<String, SessionLifetimes> seen =
        Map.of("T4", new SessionLifetimes(Duration.ofHours(20), 0));

    assertThat(SessionLifetimes.lifetime(seen, "T4").meanTimeToLoss())
        .isEqualTo(Duration.ofHours(24));
  }

  @Test
  void whatOtherDevicesCameToIsThePriorOfADeviceNobodyHasSeen() {
    Map<String, SessionLifetimes> seen =
        Map.of("cpu", new SessionLifetimes(Duration.ofHours(6), 4));

    assertThat(SessionLifetimes.lifetime(seen, "T4"))
        .isEqualTo(new LifetimeEstimate(Duration.ofHours(2), 0, Duration.ZERO));
  }

  @Test
  void aDevicesOwnLossesSoonOutweighThoseOfOthers() {
    Map<String, SessionLifetimes> seen =
        Map.of(
            "cpu", new SessionLifetimes(Duration.ofDays(1_000), 0),
            "T4", new SessionLifetimes(Duration.ofHours(1), 4));

    // A thousand days at home count as one, and weigh as one loss: (24 h + 1 h) / 5
    assertThat(SessionLifetimes.lifetime(seen, "T4").meanTimeToLoss())
        .isEqualTo(Duration.ofHours(5));
  }

  @Test
  void itHasSensibleBounds() {
    Map<String, SessionLifetimes> seen =
        Map.of(
            "flaky", new SessionLifetimes(minutes(1), 100_000),
            "rock", new SessionLifetimes(Duration.ofDays(1_000), 0));

    assertThat(SessionLifetimes.lifetime(seen, "flaky").meanTimeToLoss()).isEqualTo(minutes(1));
    assertThat(SessionLifetimes.lifetime(seen, "rock").meanTimeToLoss())
        .isEqualTo(Duration.ofDays(7));
  }

  @Test
  void vanishedAndStalledLeasesAreLossesAndPlannedEndsAreNot() {
    assertThat(
            SessionLifetimes.byDevice(
                List.of(
                    segment("T4", 10, LeaseEnd.CONTINUED),
                    segment("T4", 20, LeaseEnd.LOST),
                    segment("T4", 30, LeaseEnd.STALLED),
                    segment("T4", 40, LeaseEnd.SESSION_ENDING),
                    segment("cpu", 50, LeaseEnd.RELEASED))))
        .containsOnly(
            Map.entry("T4", new SessionLifetimes(minutes(100), 2)),
            Map.entry("cpu", new SessionLifetimes(minutes(50), 0)));
  }

  @Test
  void aSegmentUnderWayDoesNotCountYetAndAClockSetBackCountsNothing() {
    SegmentRow underWay = row("T4", Optional.empty(), Optional.empty());

    assertThat(SessionLifetimes.byDevice(List.of(underWay, segment("cpu", -5, LeaseEnd.LOST))))
        .containsOnly(Map.entry("cpu", new SessionLifetimes(Duration.ZERO, 1)));
  }

  @Test
  void aLostLeaseWasHeldUntilItsHolderWasLastHeardOf() {
    Job job = Samples.leasedTo("a", Samples.waiting());
    Acquire next =
        new Acquire(
            Samples.ask("b"), Optional.of(job.fence()), Duration.ofHours(9), Optional.empty());

    assertThat(next.decide(job, NOON.plus(Duration.ofHours(10))).rows())
        .contains(
            new History.SegmentEnded(job.fence(), LeaseEnd.LOST, NOON.plus(Duration.ofHours(1))));
  }

  private static SegmentRow segment(String device, long minutes, LeaseEnd why) {
    return row(device, Optional.of(why), Optional.of(minutes));
  }

  private static SegmentRow row(String device, Optional<LeaseEnd> why, Optional<Long> minutes) {
    return new SegmentRow(
        new Fence(1),
        new SessionId("s"),
        "w",
        device,
        Position.START,
        Position.START,
        Position.ofEpochs(1),
        NOON,
        why,
        minutes.map(m -> NOON.plus(Duration.ofMinutes(m))));
  }
}
