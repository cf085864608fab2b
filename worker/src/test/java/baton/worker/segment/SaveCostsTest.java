package baton.worker.segment;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.LifetimeEstimate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How often it pays to save, by measured numbers. */
class SaveCostsTest {
  private static final LifetimeEstimate AN_HOUR = lifetime(Duration.ofHours(1));

  private final SaveCosts costs = new SaveCosts();

  private static LifetimeEstimate lifetime(Duration mean) {
    return new LifetimeEstimate(mean, 3, Duration.ofHours(4));
  }

  private Duration interval(LifetimeEstimate lifetime) {
    return costs.interval(lifetime).interval();
  }

  @Test
  void theIntervalIsTheRootOfTwiceTheCostTimesTheMeanTimeToLoss() {
    costs.stalled(Duration.ofSeconds(2));

    assertThat(interval(AN_HOUR)).isEqualTo(Duration.ofSeconds(120));
    assertThat(interval(lifetime(Duration.ofHours(4)))).isEqualTo(Duration.ofSeconds(240));
  }

  @Test
  void theFirstSaveComesSoonSoThatOneIsMeasured() {
    assertThat(interval(lifetime(Duration.ofHours(2)))).isEqualTo(SaveCosts.FIRST);
    assertThat(interval(lifetime(Duration.ofSeconds(200)))).isEqualTo(Duration.ofSeconds(20));
    assertThat(costs.cost()).isEmpty();
  }

  @Test
  void itIsNeverShorterThanAnUpload() {
    costs.stalled(Duration.ofSeconds(2));
    costs.uploaded(Duration.ofMinutes(4));

    assertThat(interval(AN_HOUR)).isEqualTo(Duration.ofMinutes(4));
  }

  @Test
  void itHasSensibleBounds() {
    costs.stalled(Duration.ofMillis(1));
    assertThat(interval(lifetime(Duration.ofMinutes(10)))).isEqualTo(SaveCosts.SHORTEST);

    costs.stalled(Duration.ofHours(9));
    assertThat(interval(lifetime(Duration.ofDays(7)))).isEqualTo(SaveCosts.LONGEST);
  }

  @Test
  void whereASaveCostsMoreThanASessionLastsItIsTheMean() {
    costs.stalled(Duration.ofMinutes(20));

    assertThat(interval(lifetime(Duration.ofMinutes(6)))).isEqualTo(Duration.ofMinutes(6));
  }

  @Test
  void newerStallsCountMore() {
    costs.stalled(Duration.ofMillis(100));
    costs.stalled(Duration.ofMillis(200));
    costs.stalled(Duration.ofMillis(200));

    // 100, then half way to 200, then a third of the rest.
    assertThat(costs.cost()).contains(Duration.ofNanos(166_666_667));
  }

  @Test
  void whatTrainingIsSlowerByDuringASaveIsPartOfItsCost() {
    costs.stalled(Duration.ofMillis(40));
    costs.uploaded(Duration.ofSeconds(10));
    for (int step = 0; step < 20; step++) {
      costs.stepped(Duration.ofMillis(80), false);
      assertThat(costs.cost()).as("too few steps to tell").contains(Duration.ofMillis(40));
      costs.stepped(Duration.ofMillis(100), true);
    }

    // During 10 s of upload a fifth of the steps is not made.
    assertThat(costs.cost()).contains(Duration.ofMillis(2_040));
  }

  @Test
  void stepsThatAreFasterDuringASaveMakeItNoCheaper() {
    costs.stalled(Duration.ofMillis(40));
    costs.uploaded(Duration.ofSeconds(10));
    for (int step = 0; step < 20; step++) {
      costs.stepped(Duration.ofMillis(80), false);
      costs.stepped(Duration.ofMillis(70), true);
    }

    assertThat(costs.cost()).contains(Duration.ofMillis(40));
  }
}
