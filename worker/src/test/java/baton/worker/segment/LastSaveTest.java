package baton.worker.segment;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.LifetimeEstimate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whether one more save delays the last one. Uploads take 40 min, 44 with a reserve. */
class LastSaveTest {
  private static final Moment NOW =
      new Moment(Duration.ofHours(3), Instant.parse("2026-01-01T00:00:00Z"));
  private static final LifetimeEstimate SELDOM_LOST =
      new LifetimeEstimate(Duration.ofDays(7), 0, Duration.ofDays(7));
  private static final LifetimeEstimate OFTEN_LOST =
      new LifetimeEstimate(Duration.ofHours(1), 9, Duration.ofHours(9));

  private final Costs costs = new Costs();
  private Duration busy = Duration.ZERO;
  private Optional<Duration> untilLeaving = Optional.empty();

  @Test
  void aSaveThatIsInTheStoreBeforeTheSessionLeavesDelaysNothing() {
    untilLeaving = Optional.of(minutes(44));

    assertThat(isDelayed(Optional.empty(), SELDOM_LOST)).isFalse();
  }

  @Test
  void oneThatWouldStillRunDoes() {
    untilLeaving = Optional.of(minutes(43));

    assertThat(isDelayed(Optional.empty(), SELDOM_LOST)).isTrue();
    assertThat(isDelayed(Optional.empty(), OFTEN_LOST)).isTrue();
  }

  @Test
  void theSaveThatRunsComesFirst() {
    untilLeaving = Optional.of(minutes(60));
    busy = minutes(17);

    assertThat(isDelayed(Optional.empty(), SELDOM_LOST)).isTrue();
  }

  @Test
  void atTheJobsEndTheDelayIsWeighedAgainstWhatAVanishedSessionWouldLose() {
    assertThat(isDelayed(Optional.of(minutes(30)), SELDOM_LOST))
        .as("14 min for certain, against 30 min once in 336 sessions")
        .isTrue();
    assertThat(isDelayed(Optional.of(minutes(30)), OFTEN_LOST))
        .as("14 min, against half of 30 min")
        .isFalse();
    assertThat(isDelayed(Optional.of(minutes(50)), SELDOM_LOST)).isFalse();
  }

  @Test
  void beforeTheFirstUploadTheRestoreTellsHowLongASaveTakes() {
    Costs restored = new Costs();
    restored.restoreTook(minutes(40));

    assertThat(isDelayed(restored, minutes(39))).isTrue();
    assertThat(isDelayed(restored, minutes(40))).isFalse();
  }

  @Test
  void whileNothingWasMeasuredNobodyKnows() {
    assertThat(isDelayed(new Costs(), minutes(1))).isFalse();
  }

  private boolean isDelayed(Costs of, Duration left) {
    untilLeaving = Optional.of(left);
    return lastSave(of).isDelayedByOneMore(Optional.empty(), minutes(30), SELDOM_LOST, NOW);
  }

  private boolean isDelayed(Optional<Duration> untilEnd, LifetimeEstimate lifetime) {
    costs.uploadTook(minutes(40));
    return lastSave(costs).isDelayedByOneMore(untilEnd, minutes(30), lifetime, NOW);
  }

  private LastSave lastSave(Costs of) {
    return new LastSave(of, now -> busy, now -> untilLeaving);
  }

  private static Duration minutes(int minutes) {
    return Duration.ofMinutes(minutes);
  }
}
