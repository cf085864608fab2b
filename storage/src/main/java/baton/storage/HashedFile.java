package baton.storage;

import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * A local file that was hashed before, and must be stored with the same bytes. A store need not
 * compute its sha256 again.
 *
 * @param crc32c of the same bytes: a cheap way to check whether they have changed since
 * @param isGiven whether nobody will write to this file any more: a store on the same disk may keep
 *     it as it is, and need not copy it
 */
public record HashedFile(Path path, long size, Sha256 sha256, long crc32c, boolean isGiven) {
  private static final int PIECE = 1 << 20;

  /** Reads and hashes a file. */
  public static HashedFile of(Path file) throws IOException {
    MessageDigest sha256 = Sha256.newDigest();
    CRC32C crc = new CRC32C();
    long size =
        read(
            file,
            piece -> {
              crc.update(piece.duplicate());
              sha256.update(piece);
            });
    return new HashedFile(file, size, Sha256.of(sha256), crc.getValue(), false);
  }

  public String name() {
    return path.getFileName().toString();
  }

  /**
   * Reads the file again and compares its bytes.
   *
   * @throws ChangedFileException if it has other bytes now
   */
  public void requireUnchanged() throws IOException {
    requireUnchanged(bytes -> {});
  }

  /**
   * Reads the file again and compares its bytes.
   *
   * @param seen receives the number of bytes read since its last call
   * @throws ChangedFileException if it has other bytes now
   */
  public void requireUnchanged(LongConsumer seen) throws IOException {
    CRC32C crc = new CRC32C();
    long readSize =
        read(
            path,
            piece -> {
              long bytes = piece.remaining();
              crc.update(piece);
              seen.accept(bytes);
            });
    requireSame(readSize, crc.getValue());
  }

  /**
   * Compares size and checksum with those of a second read.
   *
   * @throws ChangedFileException if it differs
   */
  public void requireSame(long readSize, long readCrc32c) throws ChangedFileException {
    if (readSize != size || readCrc32c != crc32c) {
      throw new ChangedFileException(path);
    }
  }

  private interface Reader {
    void take(ByteBuffer piece);
  }

  private static long read(Path file, Reader reader) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    long size = 0;
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(piece) >= 0) {
        size += piece.flip().remaining();
        reader.take(piece);
        piece.clear();
      }
    }
    return size;
  }
}
