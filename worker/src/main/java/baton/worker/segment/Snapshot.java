package baton.worker.segment;

import baton.protocol.Position;
import java.io.IOException;
import java.nio.file.Path;

/** A run's whole state between two steps, in memory. */
public interface Snapshot {
  Position position();

  /**
   * Writes {@code model.safetensors}, {@code optimizer.safetensors}, {@code extra.safetensors} and
   * {@code state.json} into an empty folder, and {@code frozen.safetensors} with the parameters
   * that do not train, if they are kept separately; not fsynced.
   */
  void writeTo(Path folder) throws IOException;

  /**
   * Frees the copy's memory, since it will not be written any more. Called on the control thread,
   * never while the copy is being written.
   */
  default void release() {}
}
