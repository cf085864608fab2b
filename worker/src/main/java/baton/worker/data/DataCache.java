package baton.worker.data;

import baton.protocol.Data;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The data on this machine, in a directory of bounded size that its workers share.
 *
 * <ol>
 *   <li>Complete data is used under a shared lock, so that nobody removes it.
 *   <li>A worker that finds it missing takes the exclusive lock, frees space and fetches it. The
 *       least recently used data is removed first, but nothing that is in use.
 *   <li>A worker that finds another one fetching it waits, and counts that one's bytes as its own
 *       progress.
 * </ol>
 *
 * <p>Space is reserved in advance under a lock of its own, so that two concurrent fetches keep the
 * bound together.
 */
public final class DataCache {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final Path root;
  private final long most;
  private final DataSources sources;
  private final InstantSource clock;

  /**
   * @param most the most bytes that it may hold
   * @param clock records when data was last used
   */
  public DataCache(Path root, long most, DataSources sources, InstantSource clock) {
    this.root = root;
    this.most = most;
    this.sources = sources;
    this.clock = clock;
  }

  /**
   * Fetches data, if it is not here already, and keeps it until the result is closed.
   *
   * @param moved called with the number of bytes moved since the last call, which may be 0; it
   *     throws to abandon the fetch
   * @throws TroubleException of kind MACHINE if the data cannot be read, is not what the job names,
   *     or does not fit
   */
  public DataInUse use(Data data, LongConsumer moved) throws TroubleException {
    CacheEntry entry = CacheEntry.of(root, data.digest());
    try {
      Files.createDirectories(root);
      while (true) {
        Optional<DataInUse> here = useIfComplete(entry);
        if (here.isPresent()) {
          return here.get();
        }
        Optional<CacheLock> alone = prepare(entry, data);
        if (alone.isPresent()) {
          fetch(entry, data, alone.get(), moved);
        } else {
          awaitOther(entry, moved);
        }
      }
    } catch (IOException e) {
      throw DataFailures.disk(root, e);
    }
  }

  private void fetch(CacheEntry entry, Data data, CacheLock alone, LongConsumer moved)
      throws TroubleException, IOException {
    try {
      new Fetching(data, entry, sources, moved).run();
      entry.reserve(data.bytes());
    } finally {
      alone.close();
    }
  }

  private Optional<DataInUse> useIfComplete(CacheEntry entry) throws IOException {
    Optional<CacheLock> lock = CacheLock.shared(entry.lock());
    if (lock.isEmpty()) {
      return Optional.empty();
    }
    boolean complete = false;
    try {
      complete = entry.isComplete();
      if (complete) {
        entry.touch(clock.instant());
      }
    } finally {
      if (!complete) {
        lock.get().close();
      }
    }
    return complete ? Optional.of(new DataInUse(entry.files(), lock.get())) : Optional.empty();
  }

  /** The exclusive lock to fetch it, with space reserved; empty if another worker holds it. */
  private Optional<CacheLock> prepare(CacheEntry entry, Data data)
      throws TroubleException, IOException {
    CacheLock spaceLock = CacheLock.await(root.resolve("lock"));
    try {
      Optional<CacheLock> alone = CacheLock.exclusive(entry.lock());
      boolean prepared = false;
      try {
        prepared = alone.isPresent() && prepareAlone(entry, data);
      } finally {
        if (!prepared) {
          alone.ifPresent(CacheLock::close);
        }
      }
      return prepared ? alone : Optional.empty();
    } finally {
      spaceLock.close();
    }
  }

  /** Returns false if it was fetched meanwhile. */
  private boolean prepareAlone(CacheEntry entry, Data data) throws TroubleException, IOException {
    if (entry.isComplete()) {
      return false;
    }
    entry.removeIfSpoiled();
    freeSpace(entry, data);
    entry.prepare(Fetching.bytesNeeded(data));
    entry.touch(clock.instant());
    return true;
  }

  private void freeSpace(CacheEntry entry, Data data) throws TroubleException, IOException {
    long needed = Fetching.bytesNeeded(data);
    if (needed > most) {
      throw DataFailures.tooLarge(data, needed, most);
    }
    List<CacheEntry> others =
        CacheEntry.in(root)
            .filter(other -> !other.equals(entry))
            .sorted(Comparator.comparing(CacheEntry::lastUsed))
            .toList();
    long used = 0;
    for (CacheEntry other : others) {
      used += other.bytes();
    }
    for (CacheEntry other : others) {
      if (used + needed > most) {
        used -= removeIfUnused(other);
      }
    }
    if (used + needed > most) {
      throw DataFailures.cacheInUse(data, needed, most);
    }
  }

  private static long removeIfUnused(CacheEntry entry) throws IOException {
    Optional<CacheLock> alone = CacheLock.exclusive(entry.lock());
    if (alone.isEmpty()) {
      return 0;
    }
    try {
      long bytes = entry.bytes();
      entry.remove();
      return bytes;
    } finally {
      alone.get().close();
    }
  }

  private static void awaitOther(CacheEntry entry, LongConsumer moved) throws IOException {
    long before = Inventory.of(entry.root()).bytes();
    try {
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while another worker fetched the data", e);
    }
    moved.accept(Math.max(0, Inventory.of(entry.root()).bytes() - before));
  }
}
