package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
  @Test
  void aConstantRateNeverChanges() {
    LearningRateSchedule schedule = new LearningRateSchedule.Constant(0.1f);

    assertThat(schedule.at(0)).isEqualTo(0.1f);
    assertThat(schedule.at(1_000_000_000_000L)).isEqualTo(0.1f);
  }

  @Test
  void aSteppedRateFallsAfterEveryStep() {
    LearningRateSchedule schedule = new LearningRateSchedule.Stepped(1f, 10, 0.5);

    assertThat(schedule.at(9)).isEqualTo(1f);
    assertThat(schedule.at(10)).isEqualTo(0.5f);
    assertThat(schedule.at(29)).isEqualTo(0.25f);
  }

  @Test
  void aCosineWarmsUpInAStraightLineAndFallsToZero() {
    LearningRateSchedule schedule = new LearningRateSchedule.Cosine(1f, 4, 24);

    assertThat(schedule.at(0)).isEqualTo(0.25f);
    assertThat(schedule.at(3)).isEqualTo(1f);
    assertThat(schedule.at(4)).isEqualTo(1f);
    assertThat(schedule.at(14)).isCloseTo(0.5f, within(1e-6f));
    assertThat(schedule.at(23)).isBetween(0f, 0.01f);
    assertThat(schedule.at(24)).isZero();
  }

  @Test
  void aCosineWithoutWarmUpBeginsAtItsRate() {
    assertThat(new LearningRateSchedule.Cosine(0.3f, 0, 10).at(0)).isEqualTo(0.3f);
  }

  @Test
  void aWarmUpLongerThanTheJobIsStillARate() {
    LearningRateSchedule schedule = new LearningRateSchedule.Cosine(1f, 20, 10);

    assertThat(schedule.at(9)).isEqualTo(0.5f);
  }

  @Test
  void aStepOfNoUpdatesIsRefused() {
    assertThatThrownBy(() -> new LearningRateSchedule.Stepped(1f, 0, 0.5))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
