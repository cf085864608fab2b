package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.protocol.Fence;
import baton.protocol.Position;
import baton.protocol.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How fast devices train a job, by what its segments took. */
class DeviceSpeedsTest {
  @Test
  void aDeviceThatNeedsTwiceAsLongForAnEpochIsHalfAsFast() {
    DeviceSpeeds speeds =
        DeviceSpeeds.of(
            List.of(segment("A100", 2, 20), segment("T4", 1, 15), segment("T4", 1, 25)));

    assertThat(speeds.of("A100")).isEqualTo(1);
    assertThat(speeds.of("T4")).isCloseTo(0.5, within(1e-9));
    assertThat(speeds.of("L4")).as("of which nothing is known").isEqualTo(1);
  }

  @Test
  void whatEndedNoEpochOrHasNotEndedSaysNothing() {
    assertThat(DeviceSpeeds.of(List.of(segment("T4", 0, 60), underWay("T4"))))
        .isEqualTo(DeviceSpeeds.NONE);
  }

  private static SegmentRow segment(String device, int epochs, int minutes) {
    return row(device, epochs, Optional.of(NOON.plus(Duration.ofMinutes(minutes))));
  }

  private static SegmentRow underWay(String device) {
    return row(device, 3, Optional.empty());
  }

  private static SegmentRow row(String device, int epochs, Optional<Instant> ended) {
    return new SegmentRow(
        Fence.NONE.next(),
        new SessionId("session-anna"),
        "anna",
        device,
        Position.START,
        Position.ofEpochs(epochs),
        Position.ofEpochs(5),
        NOON,
        ended.map(at -> LeaseEnd.RELEASED),
        ended);
  }
}
