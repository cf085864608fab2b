package baton.worker.checkpoint;

import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StateEntry;
import baton.protocol.checkpoint.StateStage;
import baton.worker.segment.TroubleException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Set;

/**
 * Checks weights and optimizer state for NaN. Training never recovers from NaN, so a checkpoint
 * with NaN is neither stored nor continued from. An infinity may be intended, as in a mask, and a
 * program's other state is not checked.
 */
final class NanCheck implements StateStage {
  private static final Set<String> FILES =
      Set.of("model.safetensors", "frozen.safetensors", "optimizer.safetensors");

  /** The bits of infinity: a number whose bits without the sign are larger is NaN. */
  private static final int INFINITE_16 = 0x7c00;

  private static final int INFINITE_BRAIN_16 = 0x7f80;
  private static final int INFINITE_32 = 0x7f800000;
  private static final long INFINITE_64 = 0x7ff0000000000000L;

  private static final int CHUNK = 1 << 12;

  private StateEntry entry;
  private String dtype = "";
  private Optional<StateEntry> broken = Optional.empty();

  @Override
  public void begin(StateEntry next) {
    entry = next;
    dtype = FILES.contains(next.file()) ? next.dtype() : "";
  }

  @Override
  public void take(byte[] bytes, int length) {
    if (broken.isEmpty() && holdsNan(bytes, length)) {
      broken = Optional.of(entry);
    }
  }

  /**
   * Requires that the bytes taken so far hold no NaN.
   *
   * @param consequence the consequence of NaN, as the end of a sentence
   * @throws TroubleException of kind PROGRAM that names a tensor with NaN
   */
  void requireNone(Position at, String consequence) throws TroubleException {
    if (broken.isPresent()) {
      throw new TroubleException(
          Trouble.program(
              "The tensor %s in %s holds NaN at %s, so %s."
                  .formatted(broken.get().name(), broken.get().file(), at, consequence),
              "Submit the job again with a smaller learning rate, with clipped gradients, or with"
                  + " cleaner data."));
    }
  }

  private boolean holdsNan(byte[] bytes, int length) {
    ByteBuffer data = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    return switch (dtype) {
      case "F16" -> hasLarger16(data, INFINITE_16);
      case "BF16" -> hasLarger16(data, INFINITE_BRAIN_16);
      case "F32" -> hasLarger32(data);
      case "F64" -> hasLarger64(data);
      default -> false;
    };
  }

  // One loop for each width, so that each is vectorized over an array of its own type; the compiler
  // vectorizes the sign of a difference, but not a comparison.

  private static boolean hasLarger32(ByteBuffer data) {
    int[] chunk = new int[CHUNK];
    var numbers = data.asIntBuffer();
    while (numbers.hasRemaining()) {
      int length = Math.min(CHUNK, numbers.remaining());
      numbers.get(chunk, 0, length);
      int signs = 0;
      for (int i = 0; i < length; i++) {
        signs |= INFINITE_32 - (chunk[i] & Integer.MAX_VALUE);
      }
      if (signs < 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasLarger64(ByteBuffer data) {
    long[] chunk = new long[CHUNK];
    var numbers = data.asLongBuffer();
    while (numbers.hasRemaining()) {
      int length = Math.min(CHUNK, numbers.remaining());
      numbers.get(chunk, 0, length);
      long signs = 0;
      for (int i = 0; i < length; i++) {
        signs |= INFINITE_64 - (chunk[i] & Long.MAX_VALUE);
      }
      if (signs < 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasLarger16(ByteBuffer data, int infinite) {
    short[] chunk = new short[CHUNK];
    var numbers = data.asShortBuffer();
    while (numbers.hasRemaining()) {
      int length = Math.min(CHUNK, numbers.remaining());
      numbers.get(chunk, 0, length);
      int signs = 0;
      for (int i = 0; i < length; i++) {
        signs |= infinite - (chunk[i] & Short.MAX_VALUE);
      }
      if (signs < 0) {
        return true;
      }
    }
    return false;
  }
}
