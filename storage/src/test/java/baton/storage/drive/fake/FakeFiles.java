package baton.storage.drive.fake;

import baton.protocol.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * The files of a Drive: by id, names as often as one likes, listed only after the index has caught
 * up.
 */
public final class FakeFiles {
  /** What {@code root} stands for. */
  static final String ROOT = "my-drive";

  private final InstantSource clock;
  private final Map<String, StoredFile> files = new LinkedHashMap<>();
  private final Map<String, Instant> entered = new HashMap<>();
  private final Set<String> generated = new HashSet<>();
  private final AtomicLong ids = new AtomicLong();
  private Duration indexLag = Duration.ZERO;
  private Instant lastCreated = Instant.EPOCH;
  private int emptiedTrash;

  FakeFiles(InstantSource clock) {
    this.clock = clock;
  }

  static String folder(String id) {
    return id.equals("root") ? ROOT : id;
  }

  /** How long a new file is found by its id, and in no list. */
  public synchronized void indexLag(Duration lag) {
    indexLag = lag;
  }

  synchronized String generateId() {
    String id = "1fakeDrive%022d".formatted(ids.incrementAndGet());
    generated.add(id);
    return id;
  }

  /** Refuses an id that is taken, or that Drive never handed out. */
  synchronized void requireFree(String id) {
    if (files.containsKey(id)) {
      throw new DriveError(409, "fileIdInUse", "A file already exists with the provided ID.");
    }
    if (!generated.contains(id)) {
      throw DriveError.invalid("The provided file ID is not usable.");
    }
  }

  synchronized void requireFolder(String id, String client) {
    if (!id.equals(ROOT) && !visible(id, client).map(StoredFile::isFolder).orElse(false)) {
      throw DriveError.notFound(id);
    }
  }

  /** No two files have one time of creation: their order can be told. */
  synchronized StoredFile add(StoredFile file) {
    requireFree(file.id());
    lastCreated = later(lastCreated.plusMillis(1), clock.instant());
    entered.put(file.id(), clock.instant());
    return replace(file.withCreated(lastCreated));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  public synchronized Optional<StoredFile> byId(String id) {
    return Optional.ofNullable(files.get(id));
  }

  /** All there is, the oldest first; what the trash holds included. */
  public synchronized List<StoredFile> all() {
    return List.copyOf(files.values());
  }

  /** The files, folders left out, that have this name. */
  public synchronized List<StoredFile> named(String name) {
    return files.values().stream().filter(f -> f.name().equals(name) && !f.isFolder()).toList();
  }

  /** An empty client stands for one with the scope to see everything. */
  synchronized Optional<StoredFile> visible(String id, String client) {
    return byId(id).filter(f -> client.isEmpty() || f.client().equals(client));
  }

  synchronized List<StoredFile> list(String client, Predicate<StoredFile> query) {
    Instant indexed = clock.instant().minus(indexLag);
    List<StoredFile> found = new ArrayList<>();
    for (StoredFile file : files.values()) {
      boolean mayBeSeen = client.isEmpty() || file.client().equals(client);
      if (mayBeSeen && !entered.get(file.id()).isAfter(indexed) && query.test(file)) {
        found.add(file);
      }
    }
    found.sort(Comparator.comparing(StoredFile::created));
    return found;
  }

  synchronized boolean inTrash(StoredFile file) {
    return file.trashed() || byId(file.parent()).map(this::inTrash).orElse(false);
  }

  synchronized StoredFile replace(StoredFile file) {
    files.put(file.id(), file);
    return file;
  }

  /** Puts a file, and with a folder all that is in it, into the trash. */
  public synchronized void trash(String id) {
    byId(id).ifPresent(file -> replace(file.withTrashed(true)));
  }

  /** As the user may do at any time. */
  public synchronized void rename(String id, String name) {
    byId(id).ifPresent(file -> replace(file.withName(name).withModified(clock.instant())));
  }

  /** Other bytes under the same id, as only a fault of Drive's own could leave them. */
  public synchronized void rot(String id, byte[] bytes, String sha256) {
    StoredFile file = byId(id).orElseThrow();
    try {
      Files.write(file.bytes().orElseThrow(), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    replace(file.withContent(bytes.length, sha256));
  }

  /** The user replaces a file's content, under the same id. */
  public synchronized void rewrite(String id, byte[] content) throws IOException {
    StoredFile file = byId(id).orElseThrow();
    Files.write(file.bytes().orElseThrow(), content);
    replace(
        file.withContent(content.length, Sha256.of(content).hex()).withModified(clock.instant()));
  }

  /** Deletes for good, with a folder all that is in it. */
  public synchronized void delete(String id) {
    for (StoredFile child : all()) {
      if (child.parent().equals(id)) {
        delete(child.id());
      }
    }
    Optional.ofNullable(files.remove(id)).flatMap(StoredFile::bytes).ifPresent(FakeFiles::remove);
  }

  private static void remove(Path bytes) {
    try {
      Files.deleteIfExists(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void emptyTrash() {
    emptiedTrash++;
    for (StoredFile file : all()) {
      if (inTrash(file)) {
        delete(file.id());
      }
    }
  }

  /** How often somebody emptied the user's whole trash, which Baton must never do. */
  public synchronized int emptiedTrash() {
    return emptiedTrash;
  }

  synchronized long bytes() {
    return files.values().stream().mapToLong(StoredFile::size).sum();
  }

  synchronized long bytesInTrash() {
    return files.values().stream().filter(this::inTrash).mapToLong(StoredFile::size).sum();
  }
}
