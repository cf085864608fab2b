package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import baton.protocol.Json;
import baton.worker.train.Track;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BidirectionalGruTest {
  /** A layer and PyTorch's answer. */
  record Vector(
      int units, long[] shape, Map<String, float[]> parameters, float[] input, float[] output) {}

  @Test
  void itReadsASequenceFromBothEndsAsPyTorchDoes() throws Exception {
    Track.torch().bestDevice();
    Vector vector;
    try (InputStream file = getClass().getResourceAsStream("gru.json")) {
      vector = Json.readerFor(Vector.class).readValue(file);
    }
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      BidirectionalGru gru = new BidirectionalGru(vector.units());
      Shape shape = new Shape(vector.shape());
      gru.initialize(manager, DataType.FLOAT32, shape);
      gru.getParameters()
          .forEach(
              named -> {
                NDArray array = named.getValue().getArray();
                float[] values = vector.parameters().get(named.getKey());
                manager.create(values, array.getShape()).copyTo(array);
              });

      NDArray output =
          gru.forward(
                  new ParameterStore(manager, false),
                  new NDList(manager.create(vector.input(), shape)),
                  false)
              .singletonOrThrow();

      assertThat(gru.getParameters().keys())
          .containsExactlyElementsOf(vector.parameters().keySet());
      assertThat(output.getShape()).isEqualTo(gru.getOutputShapes(new Shape[] {shape})[0]);
      assertThat(output.toFloatArray()).containsExactly(vector.output(), within(1e-6f));
    }
  }
}
