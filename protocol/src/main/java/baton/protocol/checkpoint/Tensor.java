package baton.protocol.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A dtype, a shape, and that many little-endian elements in C order. The bytes are not copied: they
 * stay where the given buffer has them, from its position to its limit.
 *
 * @param dtype as safetensors names it: {@code F32}, {@code I64}, {@code U8}
 * @param shape empty for a scalar
 */
public record Tensor(String dtype, List<Long> shape, ByteBuffer data) {

  public Tensor {
    shape = List.copyOf(shape);
    data = data.slice();
    long expected = bytes(dtype, shape);
    if (data.remaining() != expected) {
      throw new IllegalArgumentException(
          "a %s tensor of shape %s has %d bytes, not %d"
              .formatted(dtype, shape, expected, data.remaining()));
    }
  }

  /** A read-only view with a position of its own, in little-endian order. */
  @Override
  public ByteBuffer data() {
    return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The bytes such a tensor takes. */
  static long bytes(String dtype, List<Long> shape) {
    long bytes = Dtype.named(dtype).width();
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("a tensor's shape cannot be " + shape);
      }
      try {
        bytes = Math.multiplyExact(bytes, dimension);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException("a tensor of shape " + shape + " fits no memory", e);
      }
    }
    return bytes;
  }
}
