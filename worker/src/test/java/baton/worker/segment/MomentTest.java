package baton.worker.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MomentTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Moment BEGIN = new Moment(Duration.ofSeconds(5), NOON);

  @Test
  void whatWorkTookDoesNotCountTheSleepOfALaptop() {
    Instant begin = Instant.parse("2026-01-01T00:00:00Z");
    Moment before = new Moment(Duration.ofSeconds(5), begin);
    Moment after = new Moment(Duration.ofSeconds(6), begin.plusSeconds(3_600));

    assertThat(after.ranSince(before)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void aSleepingLaptopCountsByTheWall() {
    Moment awake = new Moment(Duration.ofSeconds(6), NOON.plusSeconds(3600));
    assertThat(awake.since(BEGIN)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void aWallClockSetBackCountsByTheMonotonic() {
    Moment later = new Moment(Duration.ofSeconds(65), NOON.minusSeconds(3600));
    assertThat(later.since(BEGIN)).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void timeNeverRunsBackwards() {
    assertThat(BEGIN.since(BEGIN.plus(Duration.ofSeconds(1)))).isZero();
  }
}
