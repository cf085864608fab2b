package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import baton.protocol.Json;
import baton.worker.train.Track;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what PyTorch computes; {@code lipnet_vectors.py} has written that down. */
class CtcLossTest {
  private static final Offset<Float> CLOSE = within(1e-5f);

  /** One clip and PyTorch's answer. */
  record Vector(
      String name,
      int classes,
      int[] labels,
      float[] outputs,
      boolean feasible,
      double loss,
      float[] gradient) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Vector> vectors() throws Exception {
    try (InputStream file = CtcLossTest.class.getResourceAsStream("ctc.json")) {
      return Stream.of(Json.readerFor(Vector[].class).<Vector[]>readValue(file));
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void lossAndGradientAreThoseOfPyTorch(Vector vector) {
    CtcLoss loss = CtcLoss.of(vector.outputs(), vector.classes(), vector.labels());

    assertThat(loss.isFeasible()).isEqualTo(vector.feasible());
    if (vector.feasible()) {
      assertThat(loss.loss()).isCloseTo(vector.loss(), within(1e-5));
    } else {
      assertThat(loss.loss()).isEqualTo(Double.POSITIVE_INFINITY);
    }
    assertThat(loss.gradient()).containsExactly(vector.gradient(), CLOSE);
  }

  @Test
  void theVectorsCoverWhatCanGoWrong() throws Exception {
    List<Vector> vectors = vectors().toList();

    assertThat(vectors.stream().map(vector -> vector.labels().length).distinct().count())
        .isGreaterThan(6);
    assertThat(vectors).filteredOn(vector -> !vector.feasible()).hasSize(3);
    assertThat(vectors).anyMatch(vector -> vector.labels().length == 0);
  }

  @Test
  void theSurrogateHasTheMeanLossAndItsGradientForABatchOfTranscriptsOfAnyLength()
      throws Exception {
    Track.torch().bestDevice();
    List<Vector> batch =
        vectors()
            .filter(v -> v.feasible() && v.classes() == 6 && v.outputs().length == 12 * 6)
            .toList();
    assertThat(batch).hasSizeGreaterThan(4);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray outputs = manager.create(new Shape(batch.size(), 12, 6));
      for (int i = 0; i < batch.size(); i++) {
        outputs.set(
            new ai.djl.ndarray.index.NDIndex(i),
            manager.create(batch.get(i).outputs(), new Shape(12, 6)));
      }
      outputs.setRequiresGradient(true);

      double loss;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray surrogate =
            CtcSurrogate.of(outputs, batch.stream().map(Vector::labels).toArray(int[][]::new));
        collector.backward(surrogate);
        loss = surrogate.getFloat();
      }

      double mean = batch.stream().mapToDouble(Vector::loss).average().orElseThrow();
      assertThat(loss).isCloseTo(mean, within(1e-5));
      float[] gradient = outputs.getGradient().toFloatArray();
      for (int i = 0; i < batch.size(); i++) {
        float[] own = Arrays.copyOfRange(gradient, i * 72, (i + 1) * 72);
        for (int k = 0; k < own.length; k++) {
          own[k] *= batch.size();
        }
        assertThat(own).as(batch.get(i).name()).containsExactly(batch.get(i).gradient(), CLOSE);
      }
    }
  }
}
