package baton.worker.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** R9: durations cross the wire, and the holder counts from the sending. */
class LeaseTimeTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Moment SENT = new Moment(Duration.ZERO, NOON);

  private static Moment after(long monotonic, long wall) {
    return new Moment(Duration.ofSeconds(monotonic), NOON.plusSeconds(wall));
  }

  @Test
  void aLeaseIsCountedFromTheSendingAndNotFromTheAnswer() {
    LeaseTime time = new LeaseTime(SENT, Duration.ZERO, Duration.ofSeconds(60));
    assertThat(time.left(after(8, 8))).isEqualTo(Duration.ofSeconds(52));
    assertThat(time.left(after(60, 60))).isZero();
  }

  @Test
  void theTimeARequestWasHeldIsNotTakenFromTheLease() {
    LeaseTime time = new LeaseTime(SENT, Duration.ofSeconds(30), Duration.ofSeconds(60));
    assertThat(time.left(after(31, 31))).isEqualTo(Duration.ofSeconds(59));
  }

  @Test
  void aLeaseRunsOutWhileALaptopSleeps() {
    LeaseTime time = new LeaseTime(SENT, Duration.ZERO, Duration.ofSeconds(60));
    assertThat(time.left(after(2, 7200))).isZero();
  }

  @Test
  void aRenewalIsDueAfterAThird() {
    Countdown due =
        new LeaseTime(SENT, Duration.ofSeconds(30), Duration.ofSeconds(60)).untilRenewal();
    assertThat(due.isOver(after(49, 49))).isFalse();
    assertThat(due.isOver(after(50, 50))).isTrue();
  }

  @Test
  void anAnswerThatComesLateDoesNotReplaceANewerOne() {
    LeaseTime older = new LeaseTime(SENT, Duration.ZERO, Duration.ofSeconds(60));
    LeaseTime newer = new LeaseTime(after(20, 20), Duration.ZERO, Duration.ofSeconds(60));
    assertThat(newer.orNewer(older)).isEqualTo(newer);
    assertThat(older.orNewer(newer)).isEqualTo(newer);
  }
}
