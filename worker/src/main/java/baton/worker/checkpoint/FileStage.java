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

/** The stage at which the bytes of one file are hashed, and written if they are on no disk yet. */
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

  /** Of a file that is there. */
  static FileStage hashing(Path file) {
    return new FileStage(file, Optional.empty());
  }

  /**
   * Of a new file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one: nothing is overwritten
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

  /** The file, when all of it was taken. */
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
