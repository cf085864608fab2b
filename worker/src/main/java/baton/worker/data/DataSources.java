package baton.worker.data;

import baton.protocol.DataFile;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** Wherever files of data are to be had. */
public interface DataSources {
  /**
   * Writes the rest of a file into its place, patiently. The bytes are not judged.
   *
   * @param from how many bytes are there already
   * @param moved told how many bytes have moved since it was last told; to abandon, it throws
   * @throws TroubleException of kind MACHINE if the source is out of reach
   * @throws IOException if the local disk fails
   */
  void read(DataFile file, FileChannel target, long from, LongConsumer moved)
      throws TroubleException, IOException;

  /** That a source cannot be read, with what to do about it. */
  static TroubleException outOfReach(DataFile file, String why) {
    return DataTroubles.unreachable(file, why);
  }
}
