package baton.coordinator.store;

import baton.coordinator.lease.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Checks that the file of an embedded database is still the one that was opened. SQLite keeps
 * writing to a deleted file, and what it commits there is lost with the process (<a
 * href="https://www.sqlite.org/howtocorrupt.html#_unlinking_or_renaming_a_database_file_while_in_use">manual</a>).
 * It is thread-safe.
 */
public final class SamePlace {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final Path file;
  private final Supplier<Duration> ticker;
  private final Object key;
  private volatile Duration nextLook;
  private volatile boolean isThere = true;

  /**
   * @param file of a database that is open
   */
  public SamePlace(Path file, Supplier<Duration> ticker) {
    this.file = file;
    this.ticker = ticker;
    this.key = keyOf(file);
    this.nextLook = ticker.get();
  }

  /**
   * Checks the file, at most once a second.
   *
   * @throws StoreUnavailable if the file was deleted or replaced
   */
  public void check() {
    Duration now = ticker.get();
    if (now.compareTo(nextLook) >= 0) {
      nextLook = now.plus(BETWEEN_LOOKS);
      isThere = Objects.equals(key, keyOf(file));
    }
    if (!isThere) {
      throw new StoreUnavailable(
          "The database %s was deleted, moved or replaced while the coordinator runs, so nothing more is acknowledged. Move it back; or stop the coordinator and put a back-up in its place with: baton restore FILE"
              .formatted(file),
          null);
    }
  }

  /** Device and inode; null if there is no such file. */
  private static Object keyOf(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }
}
