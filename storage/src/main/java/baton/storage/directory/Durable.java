package baton.storage.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** File operations that make a file visible atomically and durable across a power loss. */
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
      // A rename would silently replace a file that another has published in the meantime.
      Files.createLink(target, part);
      Files.delete(part);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Mounted clouds and FAT have no hard links: there the check and the rename are two steps.
      Files.move(part, target);
    }
    syncDirectory(target.getParent());
  }

  /**
   * Gives {@code file} a second name, replacing any file of that name.
   *
   * @return whether it could: both must be on one file system with hard links
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

  /** Makes the contents of a file durable. */
  static Void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return null;
  }

  /** Makes the names in {@code directory} durable, where the system can. */
  static void syncDirectory(Path directory) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(directory, StandardOpenOption.READ);
    } catch (IOException e) {
      return; // Windows cannot open a directory.
    }
    try (channel) {
      channel.force(true);
    }
  }

  static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Nobody reads a file with this name.
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
