package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import baton.worker.train.Track;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LipReaderTest {
  @BeforeAll
  static void load() throws Exception {
    Track.torch().bestDevice();
  }

  @Test
  void itWritesTheAlphabetAtEveryFrame() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      Block reader = new LipReader(2, 3, 0).block();
      Shape shape = new Shape(2, 1, 7, 18, 34);
      reader.initialize(manager, DataType.FLOAT32, shape);

      NDList outputs =
          reader.forward(
              new ParameterStore(manager, false), new NDList(manager.ones(shape)), false);

      assertThat(outputs.singletonOrThrow().getShape())
          .isEqualTo(new Shape(2, 7, Alphabet.CLASSES));
      assertThat(reader.getOutputShapes(new Shape[] {shape})[0])
          .isEqualTo(new Shape(2, 7, Alphabet.CLASSES));
    }
  }

  @Test
  void poolingFoldedFramesIsPoolingInThreeDimensions() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray films = manager.randomUniform(-1, 1, new Shape(2, 3, 5, 7, 8));
      Shape window = new Shape(1, 2, 2);

      NDArray pooled = LipReader.pooled(films);

      assertThat(pooled)
          .isEqualTo(Pool.maxPool3d(films, window, window, new Shape(0, 0, 0), false));
    }
  }
}
