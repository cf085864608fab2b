package baton.storage.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Steps by which a file becomes visible whole, and stays so after a power loss. */
final class Durable {
  private Durable() {}

  /** Opens a file for writing, empty. */
  static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  static Void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    return null;
  }

  /**
   * Gives the fsynced file {@code part} the name {@code target}.
   *
   * @throws FileAlreadyExistsException if the name is taken
   */
  static void publish(Path part, Path target) throws IOException {
    try {
      // A rename would silently replace what another has published in the meantime.
      Files.createLink(target, part);
      Files.delete(part);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Mounted clouds and FAT know no links: there the check and the rename are two steps.
      Files.move(part, target);
    }
    syncDirectory(target.getParent());
  }

  /**
   * Gives {@code file} a second name, in the place of what may be there.
   *
   * @return whether it could: both must lie on one disk that knows links
   */
  static boolean link(Path name, Path file) throws IOException {
    Files.deleteIfExists(name);
    try {
      Files.createLink(name, file);
      return true;
    } catch (UnsupportedOperationException | FileSystemException e) {
      return false;
    }
  }

  /** Makes what is in a file durable. */
  static Void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return null;
  }

  /** Makes names in {@code directory} durable, where the system can. */
  static void syncDirectory(Path directory) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(directory, StandardOpenOption.READ);
    } catch (IOException e) {
      return; // Windows opens no directory.
    }
    try (channel) {
      channel.force(true);
    }
  }

  static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // What remains bears no name that anybody reads.
    }
  }

  static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // The error that matters is already on its way.
    }
  }
}
