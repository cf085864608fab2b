package baton.worker.segment;

import baton.protocol.Position;
import java.io.IOException;
import java.nio.file.Path;

/** A run's whole state between two steps, in memory. */
public interface Snapshot {
  Position position();

  /**
   * Writes {@code model.safetensors}, {@code optimizer.safetensors}, {@code extra.safetensors} and
   * {@code state.json} into an empty folder, and {@code frozen.safetensors} with what of the model
   * does not train, if that is kept apart; not fsynced.
   */
  void writeTo(Path folder) throws IOException;

  /**
   * Gives back what the copy takes up, since nobody will write it any more. Called on the control
   * thread, never while it is written.
   */
  default void release() {}
}
