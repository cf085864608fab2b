package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BestTest {
  private final Best accuracy = new Best(TrainingGoal.highest("accuracy"), 0.9, 3);

  @Test
  void theFirstOfEqualsStaysTheBest() {
    assertThat(accuracy.or(0.9, 4)).isEqualTo(accuracy);
    assertThat(accuracy.or(0.91, 4)).isEqualTo(new Best(TrainingGoal.highest("accuracy"), 0.91, 4));
  }

  @Test
  void whereLessIsBetterLessIsBetter() {
    Best rate = new Best(TrainingGoal.lowest("wer"), 0.2, 3);

    assertThat(rate.or(0.3, 4)).isEqualTo(rate);
    assertThat(rate.or(0.1, 4).value()).isEqualTo(0.1);
  }

  @Test
  void patienceEndsAfterThatManyEpochsWithoutABetterOne() {
    assertThat(accuracy.reasonToEnd(7, 5)).isEmpty();
    assertThat(accuracy.reasonToEnd(8, 5))
        .contains("accuracy no better than 0.9 (epoch 3) for 5 epochs");
    assertThat(accuracy.reasonToEnd(99, 0)).isEmpty();
  }

  @Test
  void metricsOfTheBestSayWhichWayIsUp() {
    assertThat(TrainingGoal.lowest("wer").bestName()).isEqualTo("wer.lowest");
    assertThat(TrainingGoal.lowest("wer").epochName()).isEqualTo("wer.lowestEpoch");
    assertThat(accuracy.goal().describe()).isEqualTo("highest accuracy");
  }
}
