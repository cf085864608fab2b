package baton.worker.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A lock between the workers of a machine, which ends with the process that holds it. */
final class CacheLock implements AutoCloseable {
  private static final long POLL_MILLIS = 20;

  private final FileChannel channel;

  private CacheLock(FileChannel channel) {
    this.channel = channel;
  }

  /** An exclusive lock; empty if somebody else holds the lock. */
  static Optional<CacheLock> exclusive(Path file) throws IOException {
    return take(file, false);
  }

  /** A shared lock, for readers; empty if somebody holds it exclusively. */
  static Optional<CacheLock> shared(Path file) throws IOException {
    return take(file, true);
  }

  /** Waits for an exclusive lock; only for locks that are held briefly. */
  static CacheLock await(Path file) throws IOException {
    Optional<CacheLock> lock = exclusive(file);
    while (lock.isEmpty()) {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for the cache", e);
      }
      lock = exclusive(file);
    }
    return lock.get();
  }

  private static Optional<CacheLock> take(Path file, boolean shared) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
      taken = lock != null;
    } catch (OverlappingFileLockException e) {
      // Another worker in this JVM holds it.
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    return taken ? Optional.of(new CacheLock(channel)) : Optional.empty();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is released when the process ends, at the latest.
    }
  }
}
