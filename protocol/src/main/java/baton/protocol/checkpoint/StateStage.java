package baton.protocol.checkpoint;

import java.io.IOException;

/** One of those that bytes pass on their way: a check, a digest, a file that is written. */
public interface StateStage {
  /** What comes next are the bytes of this. */
  default void begin(StateEntry entry) {}

  /**
   * Takes the next bytes; within an entry they are whole elements.
   *
   * @param bytes the first {@code length} of them; reused once this is back
   */
  void take(byte[] bytes, int length) throws IOException;
}
