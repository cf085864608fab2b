package baton.protocol.checkpoint;

import java.io.IOException;

/** A stage that bytes pass through: a check, a digest, or a file that is written. */
public interface StateStage {
  /** Announces the entry whose bytes come next. */
  default void begin(StateEntry entry) {}

  /**
   * Takes the next bytes; within an entry they are whole elements.
   *
   * @param bytes a buffer of which the first {@code length} bytes count; the caller reuses it
   */
  void take(byte[] bytes, int length) throws IOException;
}
