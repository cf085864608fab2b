package baton.worker.checkpoint;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.StateStage;
import baton.storage.HashedFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.CRC32C;

/** The stage that hashes the bytes of one file, and writes them if they are not on disk yet. */
final class FileStage implements StateStage, Closeable {
  private final Path file;
  private final Optional<FileChannel> to;
  private final MessageDigest sha256 = Sha256.newDigest();
  private final CRC32C crc = new CRC32C();
  private long size;

  private FileStage(Path file, Optional<FileChannel> to) {
    this.file = file;
    this.to = to;
  }

  /** For an existing file. */
  static FileStage hashing(Path file) {
    return new FileStage(file, Optional.empty());
  }

  /**
   * For a new file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if it exists: nothing is overwritten
   */
  static FileStage writing(Path file) throws IOException {
    return new FileStage(
        file,
        Optional.of(
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)));
  }

  @Override
  public void take(byte[] bytes, int length) throws IOException {
    sha256.update(bytes, 0, length);
    crc.update(bytes, 0, length);
    size += length;
    if (to.isPresent()) {
      ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
      while (left.hasRemaining()) {
        to.get().write(left);
      }
    }
  }

  /** The file, after all of its bytes were taken. */
  HashedFile hashed() {
    return new HashedFile(file, size, Sha256.of(sha256), crc.getValue(), to.isPresent());
  }

  @Override
  public void close() throws IOException {
    if (to.isPresent()) {
      to.get().close();
    }
  }
}
