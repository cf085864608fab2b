package baton.storage.drive.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.storage.TransferProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatienceTest {

  @Test
  void pausesDoubleUpToAMinuteWithASecondByChance() {
    Random random = new Random(5);
    for (int failures = 1; failures < 40; failures++) {
      long base = Math.min(1_000L << Math.min(failures - 1, 10), 64_000);
      assertThat(DriveBackoff.after(failures, random).toMillis())
          .isBetween(base, Math.min(base + 1_000, 64_000));
    }
  }

  @Test
  void theLargerTheFileTheLongerItMayTake() {
    DrivePolicy policy = DrivePolicy.standard();
    assertThat(policy.deadline(0)).isEqualTo(Duration.ofMinutes(10));
    assertThat(policy.deadline(1_000_000_000)).isEqualTo(Duration.ofSeconds(600 + 10_000));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256 * 1024 - 1, 256 * 1024 + 1, Integer.MAX_VALUE})
  void aChunkThatDriveWouldRefuseIsRefusedHere(int chunk) {
    assertThatThrownBy(
            () ->
                new DrivePolicy(
                    chunk, 1, 1, 1, 1, Duration.ZERO, 1, Duration.ZERO, 2, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256 KiB");
  }

  @Test
  void aRateIsUsualAfterThreeSessions() {
    UsualRate usual = new UsualRate();
    for (int i = 0; i < 3; i++) {
      assertThat(usual.isFarBelow(1, Duration.ofSeconds(1), 8)).isFalse();
      usual.add(8_000, Duration.ofSeconds(1));
    }
    assertThat(usual.isFarBelow(999, Duration.ofSeconds(1), 8)).isTrue();
    assertThat(usual.isFarBelow(1_000, Duration.ofSeconds(1), 8)).isFalse();
  }

  @Test
  void everyByteIsToldOnce() {
    List<Long> told = new ArrayList<>();
    TransferProgress progress = new TransferProgress(told::add);
    progress.reached(10);
    progress.reached(5);
    progress.reached(12);
    assertThat(told).containsExactly(10L, 2L);
  }
}
