package baton.coordinator.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator's folder: readable only by its user, and locked while a coordinator uses it, so
 * that no second one does. The operating system releases the lock when the process ends, however it
 * ends.
 */
public final class DataDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  private static final String TOKENS = "tokens";

  private final Path folder;
  private final FileChannel lock;

  private DataDirectory(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Creates missing folders and takes the lock; throws if it cannot. */
  public static DataDirectory open(Path folder) {
    create(folder);
    FileChannel channel = null;
    try {
      channel = openLockFile(folder);
      if (!isLocked(channel)) {
        throw inUse(folder);
      }
      writeOwner(channel);
      return new DataDirectory(folder, channel);
    } catch (IOException e) {
      closeQuietly(channel);
      throw unusable(folder, e);
    } catch (DataDirectoryException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  public Path folder() {
    return folder;
  }

  /** The file of the embedded database. */
  public Path database() {
    return databaseIn(folder);
  }

  /**
   * Requires that its database was not lost: a directory that has tokens was used before.
   *
   * @throws DataDirectoryException if there are tokens and no database
   */
  public void requireDatabase() {
    Path tokens = folder.resolve(TOKENS);
    if (Files.exists(tokens) && !Files.exists(database())) {
      throw new DataDirectoryException(
          "The data directory %s was used before, but its database %s is gone. Put a back-up in its place with: baton restore FILE; or take the jobs up from their checkpoints, in a new data directory, with: baton recover. If it was migrated, name the new one with --database. To begin without jobs, remove %s."
              .formatted(folder, database().getFileName(), tokens));
    }
  }

  /** The file of the embedded database of a data directory, which may be in use. */
  public static Path databaseIn(Path folder) {
    return folder.resolve("baton.db");
  }

  @Override
  public void close() {
    closeQuietly(lock);
  }

  private static void create(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new DataDirectoryException(
          folder + " is a file, not a folder. Name another data directory.");
    }
    try {
      Files.createDirectories(folder, ownerOnly(folder));
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static FileChannel openLockFile(Path folder) throws IOException {
    return FileChannel.open(
        folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock held = channel.tryLock();
      return held != null;
    } catch (OverlappingFileLockException e) { // held by this process itself
      return false;
    }
  }

  private static void writeOwner(FileChannel channel) throws IOException {
    String owner = Long.toString(ProcessHandle.current().pid());
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.US_ASCII)));
  }

  private static DataDirectoryException inUse(Path folder) {
    return new DataDirectoryException(
        "Another coordinator (process %s) uses the data directory %s. Stop that one first, or name another data directory for this one."
            .formatted(owner(folder), folder));
  }

  private static String owner(Path folder) {
    try {
      String text = Files.readString(folder.resolve("lock"), StandardCharsets.US_ASCII).strip();
      return text.matches("[0-9]{1,10}") ? text : "unknown";
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static DataDirectoryException unusable(Path folder, IOException e) {
    return new DataDirectoryException(
        "The data directory %s cannot be used: %s. Make it writable for this user, or name another one."
            .formatted(folder, reason(e)),
        e);
  }

  private static String reason(IOException e) {
    return "%s (%s)".formatted(e.getMessage(), e.getClass().getSimpleName());
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("The lock on the data directory ends with the process.", e);
      }
    }
  }
}
