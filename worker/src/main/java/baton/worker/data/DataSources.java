package baton.worker.data;

import baton.protocol.DataFile;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** Reads files of data from their sources. */
public interface DataSources {
  /**
   * Writes the rest of a file to its target, with retries. It does not check the bytes.
   *
   * @param from how many bytes are already there
   * @param moved called with the number of bytes moved since the last call; it throws to abandon
   *     the read
   * @throws TroubleException of kind MACHINE if the source cannot be read
   * @throws IOException if the local disk fails
   */
  void read(DataFile file, FileChannel target, long from, LongConsumer moved)
      throws TroubleException, IOException;

  /** The failure that a source cannot be read, with what to do about it. */
  static TroubleException outOfReach(DataFile file, String why) {
    return DataFailures.unreachable(file, why);
  }
}
