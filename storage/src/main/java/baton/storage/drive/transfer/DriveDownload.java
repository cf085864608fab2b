package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** Downloads of files by id that go on where an earlier process broke off. */
public final class DriveDownload {
  private final DriveSetup setup;

  public DriveDownload(DriveSetup setup) {
    this.setup = setup;
  }

  /**
   * Reads the rest of a file into its place, in order, so that what is there is always its
   * beginning. The bytes are not judged.
   *
   * @param from how many bytes are there already
   * @param moved told how many bytes have moved since it was last told; to abandon, it throws
   * @throws StoreException of kind GONE if this sign-in sees no such file
   * @throws IOException if the local file cannot be written
   */
  public void rest(String id, FileChannel target, long from, long size, LongConsumer moved)
      throws StoreException, IOException {
    DriveAttempts attempts = setup.attempts("download the file " + id, size - from);
    new RangeRead(setup.connection(), id, target, from, size, moved, attempts).run();
  }
}
