package baton.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A session's own folder on the local disk. It is locked while the session lives, so that a later
 * session can remove the folder of a killed one.
 */
final class Scratch implements AutoCloseable {
  private static final String PREFIX = "baton-scratch-";
  private static final String LOCK = "lock";

  private final Path folder;
  private final FileChannel channel;

  private Scratch(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  static Scratch in(Path parent) throws IOException {
    Files.createDirectories(parent);
    clearAbandoned(parent);
    Path folder = Files.createTempDirectory(parent, PREFIX);
    FileChannel channel =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.lock();
    return new Scratch(folder, channel);
  }

  Path folder(String name) {
    return folder.resolve(name);
  }

  private static void clearAbandoned(Path parent) throws IOException {
    List<Path> siblings;
    try (Stream<Path> all = Files.list(parent)) {
      siblings = all.filter(p -> p.getFileName().toString().startsWith(PREFIX)).toList();
    }
    for (Path sibling : siblings) {
      if (isAbandoned(sibling)) {
        delete(sibling);
      }
    }
  }

  /** A folder without a lock file may be one that is just being created. */
  private static boolean isAbandoned(Path folder) {
    try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null;
    } catch (IOException | OverlappingFileLockException e) {
      return false;
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      // It belongs to another user or is in use; it does no harm but takes space.
    }
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
    delete(folder);
  }
}
