package baton.worker.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Position;
import baton.protocol.checkpoint.StateFile;
import baton.protocol.checkpoint.StateWalk;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NanCheckTest {
  /** More than two chunks, and not a whole number of them. */
  private static final int LENGTH = 100_001;

  @ParameterizedTest
  @ValueSource(ints = {0, 4_095, 4_096, 8_192, 65_536, LENGTH - 1})
  void aNanIsFoundWhereverItIs(int place) throws Exception {
    assertThat(hasNan(floats(0, 1f))).isFalse();
    assertThat(hasNan(floats(place, Float.NaN))).isTrue();
    assertThat(hasNan(floats(place, Float.intBitsToFloat(0xffc00001)))).isTrue();
    assertThat(hasNan(doubles(place, Double.NaN))).isTrue();
    assertThat(hasNan(shorts("F16", place, 0x7e00))).isTrue();
    assertThat(hasNan(shorts("BF16", place, 0xffc0))).isTrue();
  }

  @Test
  void infinitiesAndTheLargestNumbersAreNumbers() throws Exception {
    for (float number : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThat(hasNan(floats(7, number))).isFalse();
      assertThat(hasNan(doubles(7, number))).isFalse();
    }
    assertThat(hasNan(floats(7, -Float.MAX_VALUE))).isFalse();
    assertThat(hasNan(shorts("F16", 7, 0xfc00))).isFalse();
    assertThat(hasNan(shorts("BF16", 7, 0xff80))).isFalse();
    // What is NaN as a half is an ordinary brain float.
    assertThat(hasNan(shorts("BF16", 7, 0x7e00))).isFalse();
  }

  @Test
  void whatIsNoFloatHasNoNan() throws Exception {
    ByteBuffer ones = ByteBuffer.allocate(8).putLong(-1).flip();
    assertThat(hasNan(Tensor.of("I64", List.of(1L), ones))).isFalse();
    assertThat(hasNan(Tensor.of("F32", List.of(0L), ByteBuffer.allocate(0)))).isFalse();
  }

  private static boolean hasNan(Tensor tensor) throws IOException {
    NanCheck check = new NanCheck();
    StateFile file =
        StateFile.of("model.safetensors", new TreeMap<>(Map.of("w", tensor)), Map.of());
    new StateWalk().over(file.entries().get(0), List.of(check));
    try {
      check.requireNone(Position.START, "that is so");
      return false;
    } catch (TroubleException e) {
      return true;
    }
  }

  private static Tensor floats(int place, float number) {
    ByteBuffer data = ByteBuffer.allocate(LENGTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(place * Float.BYTES, number);
    return Tensor.of("F32", List.of((long) LENGTH), data);
  }

  private static Tensor doubles(int place, double number) {
    ByteBuffer data = ByteBuffer.allocate(LENGTH * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(place * Double.BYTES, number);
    return Tensor.of("F64", List.of((long) LENGTH), data);
  }

  private static Tensor shorts(String dtype, int place, int bits) {
    ByteBuffer data = ByteBuffer.allocate(LENGTH * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.putShort(place * Short.BYTES, (short) bits);
    return Tensor.of(dtype, List.of((long) LENGTH), data);
  }
}
