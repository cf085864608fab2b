package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** Downloads of files by id that resume where an earlier process broke off. */
public final class DriveDownload {
  private final DriveSetup setup;

  public DriveDownload(DriveSetup setup) {
    this.setup = setup;
  }

  /**
   * Reads the rest of a file in order, so that the local file is always a prefix of it. The bytes
   * are not verified.
   *
   * @param from how many bytes the local file already has
   * @param moved receives the number of bytes moved since its last call; it throws to abandon the
   *     transfer
   * @throws StoreException of kind GONE if this sign-in sees no such file
   * @throws IOException if the local file cannot be written
   */
  public void rest(String id, FileChannel target, long from, long size, LongConsumer moved)
      throws StoreException, IOException {
    DriveAttempts attempts = setup.attempts("download the file " + id, size - from);
    new RangeRead(setup.connection(), id, target, from, size, moved, attempts).run();
  }
}
