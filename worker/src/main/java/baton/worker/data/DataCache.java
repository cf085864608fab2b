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
 * The data on this machine, in a directory that its workers share, within a bound.
 *
 * <ol>
 *   <li>Data that is whole is used as it is: its lock is shared, so nobody removes it.
 *   <li>Who finds it missing takes its lock alone, makes room and fetches it. What is least
 *       recently used goes first, and nothing that is in use.
 *   <li>Who finds somebody else fetching it waits, and counts their bytes as its own progress.
 * </ol>
 *
 * <p>Room is given out under one more lock, and reserved in advance, so that two who fetch at the
 * same time keep the bound together.
 */
public final class DataCache {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final Path root;
  private final long most;
  private final DataSources sources;
  private final InstantSource clock;

  /**
   * @param most the most bytes that it may hold
   * @param clock orders what was used when
   */
  public DataCache(Path root, long most, DataSources sources, InstantSource clock) {
    this.root = root;
    this.most = most;
    this.sources = sources;
    this.clock = clock;
  }

  /**
   * Brings data here, if it is not here already, and keeps it here until the answer is closed.
   *
   * @param moved told how many bytes have moved since it was last told, now and then none; to
   *     abandon, it throws
   * @throws TroubleException of kind MACHINE if the data is out of reach, is not what the job
   *     names, or finds no room
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
      throw DataTroubles.disk(root, e);
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

  /** The right to fetch it, with room for it; empty: somebody else has that right. */
  private Optional<CacheLock> prepare(CacheEntry entry, Data data)
      throws TroubleException, IOException {
    CacheLock room = CacheLock.await(root.resolve("lock"));
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
      room.close();
    }
  }

  /** False: it was fetched meanwhile. */
  private boolean prepareAlone(CacheEntry entry, Data data) throws TroubleException, IOException {
    if (entry.isComplete()) {
      return false;
    }
    entry.startAnewIfSpoiled();
    makeRoom(entry, data);
    entry.prepare(Fetching.room(data));
    entry.touch(clock.instant());
    return true;
  }

  private void makeRoom(CacheEntry entry, Data data) throws TroubleException, IOException {
    long needed = Fetching.room(data);
    if (needed > most) {
      throw DataTroubles.tooLarge(data, needed, most);
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
      throw DataTroubles.cacheInUse(data, needed, most);
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
