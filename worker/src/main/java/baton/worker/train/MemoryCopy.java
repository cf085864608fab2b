package baton.worker.train;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A copy of bytes from one place in memory to another. One core cannot use the full memory
 * bandwidth, so the copies are shared among all cores.
 *
 * @param from read from its position to its limit
 * @param to written from its position
 */
record MemoryCopy(ByteBuffer from, ByteBuffer to) {
  /** Small enough for an even share, large enough to be worth a task. */
  private static final int CHUNK = 4 << 20;

  /** Makes all the copies, and returns when the last is done. */
  static void all(List<MemoryCopy> moves) {
    List<MemoryCopy> chunks = new ArrayList<>();
    moves.forEach(move -> move.splitInto(chunks));
    chunks.parallelStream().forEach(MemoryCopy::make);
  }

  private void splitInto(List<MemoryCopy> chunks) {
    for (int at = 0; at < from.remaining(); at += CHUNK) {
      int length = Math.min(CHUNK, from.remaining() - at);
      chunks.add(
          new MemoryCopy(
              from.slice(from.position() + at, length), to.slice(to.position() + at, length)));
    }
  }

  private void make() {
    to.put(from);
  }
}
