package baton.protocol.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Takes bytes through several stages at once: each piece is fetched from memory for all of them,
 * while it is in the processor's cache.
 */
public final class StateWalk {
  /** Whole elements of every dtype, and little enough for the cache of one processor. */
  private static final int CHUNK = 1 << 17;

  private final byte[] chunk = new byte[CHUNK];

  /** Takes one entry through the stages, each of which sees all of its bytes. */
  public void over(StateEntry entry, List<? extends StateStage> stages) throws IOException {
    for (StateStage stage : stages) {
      stage.begin(entry);
    }
    for (ByteBuffer piece : entry.pieces()) {
      over(piece, stages);
    }
  }

  /** Takes plain bytes through them. */
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
