package baton.protocol.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Passes bytes through several stages at once: each piece is read from memory once, and is in the
 * processor's cache for all stages.
 */
public final class StateWalk {
  /** Whole elements of every dtype, and small enough for the cache of one core. */
  private static final int CHUNK = 1 << 17;

  private final byte[] chunk = new byte[CHUNK];

  /** Passes all bytes of one entry through the stages. */
  public void over(StateEntry entry, List<? extends StateStage> stages) throws IOException {
    for (StateStage stage : stages) {
      stage.begin(entry);
    }
    for (ByteBuffer piece : entry.pieces()) {
      over(piece, stages);
    }
  }

  /** Passes plain bytes through the stages. */
  public void over(ByteBuffer bytes, List<? extends StateStage> stages) throws IOException {
    ByteBuffer left = bytes.duplicate();
    while (left.hasRemaining()) {
      int length = Math.min(CHUNK, left.remaining());
      left.get(chunk, 0, length);
      for (StateStage stage : stages) {
        stage.take(chunk, length);
      }
    }
  }
}
