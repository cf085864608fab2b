package baton.coordinator.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TtlTest {
  private static final Duration MINUTE = Duration.ofSeconds(60);
  private static final Ttl TTL = new Ttl(MINUTE);

  @Test
  void aLeaseRunsOutAWholeTtlAfterItsRenewalAndNotEarlier() {
    assertThat(TTL.remaining(at(100), at(100))).isEqualTo(MINUTE);
    assertThat(TTL.remaining(at(100), at(160).minusNanos(1))).isEqualTo(Duration.ofNanos(1));
    assertThat(TTL.remaining(at(100), at(160))).isZero();
    assertThat(TTL.remaining(at(100), at(9_999))).isZero();
  }

  @Test
  void aLeaseRenewedAfterTheTimeThatIsAskedForHasAWholeTtlAndNoMore() {
    assertThat(TTL.remaining(at(100), at(90))).isEqualTo(MINUTE);
  }

  @Test
  void aHolderIsToldNoMoreThanTheOtherMembersWaitSinceItsRenewalCame() {
    Duration beganAnew = MINUTE;

    assertThat(TTL.told(beganAnew, at(100), at(107))).isEqualTo(Duration.ofSeconds(53));
    assertThat(TTL.told(beganAnew, at(100), at(200))).isZero();
  }

  @Test
  void aHolderIsToldNoMoreThanThisCoordinatorWaits() {
    assertThat(TTL.told(Duration.ofSeconds(5), at(100), at(107))).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void renewalsAreLookedAtTwentyTimesInATtl() {
    assertThat(TTL.nextLook(at(100))).isEqualTo(at(103));
  }

  private static Duration at(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
