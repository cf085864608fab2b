package baton.worker.segment;

import baton.protocol.Position;
import java.io.IOException;

/** A run's whole state between two steps, in memory. */
public interface Snapshot {
  Position position();

  /**
   * Gives {@code model.safetensors}, {@code optimizer.safetensors}, {@code extra.safetensors} and
   * {@code state.json}, and {@code frozen.safetensors} with the parameters that do not train, if
   * they are kept separately.
   */
  void writeTo(SnapshotSink sink) throws IOException;

  /**
   * Frees the copy's memory, since it will not be written any more. Called on the control thread,
   * never while the copy is being written.
   */
  default void release() {}
}
