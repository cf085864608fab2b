package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import baton.protocol.checkpoint.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
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
