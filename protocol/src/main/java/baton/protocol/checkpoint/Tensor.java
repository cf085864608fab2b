package baton.protocol.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A dtype, a shape, and that many little-endian elements in C order. The bytes are not copied: they
 * stay in the given buffers, each from its position to its limit. A Java buffer holds less than 2
 * GiB, so a large tensor has several, in order.
 *
 * @param dtype its safetensors name: {@code F32}, {@code I64}, {@code U8}
 * @param shape empty for a scalar
 * @param pieces the bytes, in pieces of whole elements
 */
public record Tensor(String dtype, List<Long> shape, List<ByteBuffer> pieces) {
  /** The most bytes in a piece that Baton makes; whole elements of every dtype. */
  public static final int PIECE = 1 << 30;

  public Tensor {
    shape = List.copyOf(shape);
    pieces = pieces.stream().map(ByteBuffer::slice).toList();
    long expected = bytes(dtype, shape);
    long found = size(pieces);
    if (found != expected) {
      throw new IllegalArgumentException(
          "a %s tensor of shape %s has %d bytes, not %d".formatted(dtype, shape, expected, found));
    }
    int width = Dtype.named(dtype).width();
    if (pieces.stream().anyMatch(piece -> piece.remaining() % width != 0)) {
      throw new IllegalArgumentException("an element of a tensor lies in one piece");
    }
  }

  /** A tensor in one piece. */
  public static Tensor of(String dtype, List<Long> shape, ByteBuffer data) {
    return new Tensor(dtype, shape, List.of(data));
  }

  /** Read-only views with positions of their own, in little-endian order. */
  @Override
  public List<ByteBuffer> pieces() {
    return pieces.stream()
        .map(piece -> piece.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN))
        .toList();
  }

  /**
   * The only piece.
   *
   * @throws IllegalStateException if there are several
   */
  public ByteBuffer data() {
    if (pieces.size() != 1) {
      throw new IllegalStateException("a tensor of " + size() + " bytes is in several pieces");
    }
    return pieces().get(0);
  }

  /** The size in bytes. */
  public long size() {
    return size(pieces);
  }

  static long size(List<ByteBuffer> pieces) {
    return pieces.stream().mapToLong(ByteBuffer::remaining).sum();
  }

  /** The size of such a tensor in bytes. */
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
