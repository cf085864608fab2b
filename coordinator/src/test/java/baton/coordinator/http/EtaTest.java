package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.coordinator.lease.LeaseEnd;
import baton.protocol.Fence;
import baton.protocol.Position;
import baton.protocol.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EtaTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  /** A segment that began so many minutes after noon; {@code to} below zero: still under way. */
  private static SegmentRow row(int from, int to) {
    Instant began = NOON.plus(Duration.ofMinutes(from));
    return new SegmentRow(
        new Fence(1),
        new SessionId("s"),
        "w",
        "cpu",
        Position.START,
        Position.START,
        Position.ofEpochs(1),
        began,
        to < 0 ? Optional.empty() : Optional.of(LeaseEnd.LOST),
        to < 0 ? Optional.empty() : Optional.of(NOON.plus(Duration.ofMinutes(to))));
  }

  private static Instant minute(int minute) {
    return NOON.plus(Duration.ofMinutes(minute));
  }

  @Test
  void whatRemainsGoesAsFastAsWhatIsDone() {
    assertThat(Eta.of(List.of(row(0, 20)), Position.ofEpochs(4), 10, minute(20)))
        .contains(Duration.ofMinutes(30));
  }

  @Test
  void waitingForAWorkerIsNotCounted() {
    assertThat(Eta.of(List.of(row(0, 10), row(500, 510)), Position.ofEpochs(4), 10, minute(900)))
        .contains(Duration.ofMinutes(30));
  }

  @Test
  void workThatWasLostIsCounted() {
    assertThat(Eta.of(List.of(row(0, 10), row(10, 20)), Position.ofEpochs(1), 2, minute(20)))
        .contains(Duration.ofMinutes(20));
  }

  @Test
  void aSegmentUnderWayCountsUntilNow() {
    assertThat(Eta.of(List.of(row(0, 10), row(10, -1)), Position.ofEpochs(2), 4, minute(20)))
        .contains(Duration.ofMinutes(20));
  }

  @Test
  void thePaceIsThatOfTheNewestSegmentsAlone() {
    SegmentRow newest =
        new SegmentRow(
            new Fence(9),
            new SessionId("s"),
            "w",
            "cpu",
            Position.ofEpochs(90),
            Position.ofEpochs(92),
            Position.ofEpochs(92),
            minute(0),
            Optional.of(LeaseEnd.LOST),
            Optional.of(minute(4)));

    assertThat(Eta.of(List.of(newest), Position.ofEpochs(92), 100, minute(4)))
        .contains(Duration.ofMinutes(16));
  }

  @Test
  void beforeTheFirstEpochThereIsNothingToTellItFrom() {
    assertThat(Eta.of(List.of(row(0, 10)), new Position(0, 9), 4, minute(10))).isEmpty();
    assertThat(Eta.of(List.of(), Position.ofEpochs(1), 4, minute(10))).isEmpty();
  }
}
