package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GlobalNormTest {
  @Test
  void theNormIsThatOfAllGradientsTogether() throws Exception {
    TorchEngine.Session session = Track.torch().session("cpu");
    try (NDManager manager = session.engine().newBaseManager()) {
      List<NDArray> gradients =
          List.of(manager.create(new float[] {3, 0}), manager.create(new float[][] {{-4}, {12}}));

      assertThat(GlobalNorm.of(gradients)).isEqualTo(13);
    }
  }

  @Test
  void onlyALongerGradientIsShortened() {
    assertThat(GlobalNorm.rescale(0.9, 1)).isEqualTo(1f);
    assertThat(GlobalNorm.rescale(1, 1)).isEqualTo(1f);
    assertThat(GlobalNorm.rescale(4, 1)).isCloseTo(0.25f, within(1e-5f));
  }

  @Test
  void aClippedStepIsAsLongAsTheLimitInBothDirections() throws Exception {
    TorchEngine.Session session = Track.torch().session("cpu");
    Tuning tuning =
        new Tuning(new UpdateRule.Sgd(0f, 0f), new LearningRateSchedule.Constant(1f), 0.5);
    try (NDManager manager = session.engine().newBaseManager()) {
      NDArray weight = manager.create(new float[] {0, 0});
      weight.setRequiresGradient(true);
      var weights = new TreeMap<String, NDArray>();
      weights.put("weight", weight);
      Optimizer optimizer = new Optimizer(tuning, weights, manager);

      try (NDManager scope = manager.newSubManager()) {
        NDArray slope = scope.create(new float[] {30, -40});
        try (GradientCollector collector = session.engine().newGradientCollector()) {
          collector.backward(weight.mul(slope).sum());
        }
        assertThat(optimizer.update(scope, 1)).isEqualTo(50);
      }

      assertThat(weight.toFloatArray()).containsExactly(new float[] {-0.3f, 0.4f}, within(1e-6f));
    }
  }
}
