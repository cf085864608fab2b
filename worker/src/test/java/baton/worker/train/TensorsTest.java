package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import baton.protocol.checkpoint.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TensorsTest {
  /** Loads a tensor in a JVM of its own, so that what the engine warns of once is warned of. */
  static final class ProbeMain {
    private ProbeMain() {}

    public static void main(String[] args) throws Exception {
      new TensorsTest().whatIsLoadedLiesInTheMemoryThatTheEngineGave();
      System.out.println("LOADED");
    }
  }

  @Test
  void whatIsLoadedLiesInTheMemoryThatTheEngineGave() throws Exception {
    try (NDManager manager = NDManager.newBaseManager(Track.torch().session("cpu").device())) {
      NDArray matrix = manager.zeros(new Shape(2, 1), DataType.FLOAT32);
      matrix.setRequiresGradient(true);
      NDArray scalar = manager.zeros(new Shape(), DataType.INT64);
      NDArray empty = manager.zeros(new Shape(0, 3), DataType.FLOAT32);
      ByteBuffer living = matrix.toByteBuffer(true).order(ByteOrder.nativeOrder());

      Tensors.load(
          new TreeMap<>(Map.of("matrix", matrix, "scalar", scalar, "empty", empty)),
          Map.of(
              "matrix", tensor("F32", List.of(2L, 1L), little(8).putFloat(1.5f).putFloat(-0f)),
              "scalar", tensor("I64", List.of(), little(8).putLong(7)),
              "empty", tensor("F32", List.of(0L, 3L), little(0))));

      assertThat(living.getFloat(0)).isEqualTo(1.5f);
      assertThat(Float.floatToRawIntBits(living.getFloat(4))).isEqualTo(0x80000000);
      assertThat(scalar.getLong()).isEqualTo(7);
      assertThat(empty.getShape()).isEqualTo(new Shape(0, 3));
    }
  }

  @Test
  void anArrayTooLargeForOneBufferIsCopiedAndLoadedInPieces() throws Exception {
    try (NDManager manager = NDManager.newBaseManager(Track.torch().session("cpu").device())) {
      NDArray matrix = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
      for (NDArray array : List.of(matrix, matrix.transpose())) {
        List<ByteBuffer> own = List.of(little(8), little(12), little(4));

        Tensor copy =
            Tensors.copy(array, own, later -> fail("what is in pieces is copied at once"));

        List<Float> numbers = new ArrayList<>();
        for (ByteBuffer piece : copy.pieces()) {
          while (piece.hasRemaining()) {
            numbers.add(piece.getFloat());
          }
        }
        assertThat(numbers).containsExactly(boxed(array.toFloatArray()));

        NDArray other = manager.zeros(array.getShape(), DataType.FLOAT32);
        ByteBuffer living = other.toByteBuffer(true).order(ByteOrder.nativeOrder());
        Tensors.load(new TreeMap<>(Map.of("a", other)), Map.of("a", copy));

        assertThat(other.toFloatArray()).containsExactly(array.toFloatArray());
        assertThat(living.getFloat(20)).isEqualTo(6f);
      }
    }
  }

  private static Float[] boxed(float[] numbers) {
    Float[] boxed = new Float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      boxed[i] = numbers[i];
    }
    return boxed;
  }

  @Test
  @Timeout(60)
  void theEngineHasNothingToWarnOfInARestore(@TempDir Path folder) throws Exception {
    Path output = folder.resolve("output");
    Process probe =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ProbeMain.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(probe.waitFor(50, TimeUnit.SECONDS)).as("the probe ended").isTrue();
      assertThat(Files.readString(output)).contains("LOADED").doesNotContain("Warning");
    } finally {
      probe.destroyForcibly();
    }
  }

  private static Tensor tensor(String dtype, List<Long> shape, ByteBuffer written) {
    return Tensor.of(dtype, shape, written.flip());
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
