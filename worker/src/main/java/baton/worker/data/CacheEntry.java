package baton.worker.data;

import baton.protocol.DataFile;
import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of one job's data in the cache.
 *
 * <pre>
 * &lt;digest&gt;/reserved     how much of the cache it may take; modified when it was last used
 *          files/        what programs see
 *          parts/        files that are being fetched, by their sha256
 *          done/         an empty file for each that is in place
 *          complete      written last: how many files, and how large
 * &lt;digest&gt;.lock         shared while the data is used, exclusive to fetch or remove it
 * </pre>
 */
record CacheEntry(Path root) {
  private static final String LOCK = ".lock";

  static Stream<CacheEntry> in(Path cache) throws IOException {
    try (Stream<Path> all = Files.list(cache)) {
      return all.filter(Files::isDirectory).map(CacheEntry::new).toList().stream();
    }
  }

  static CacheEntry of(Path cache, Sha256 digest) {
    return new CacheEntry(cache.resolve(digest.hex()));
  }

  Path lock() {
    return root.resolveSibling(root.getFileName() + LOCK);
  }

  Path files() {
    return root.resolve("files");
  }

  Path part(DataFile file) {
    return root.resolve("parts").resolve(file.sha256().hex());
  }

  private Path done(DataFile file) {
    return root.resolve("done").resolve(Sha256.ofText(file.path() + "\n" + file.sha256()).hex());
  }

  private Path complete() {
    return root.resolve("complete");
  }

  private Path reserved() {
    return root.resolve("reserved");
  }

  /** Begins a fetch, or goes on with what an earlier worker left. */
  void prepare(long bytes) throws IOException {
    for (Path folder : new Path[] {files(), root.resolve("parts"), root.resolve("done")}) {
      Files.createDirectories(folder);
    }
    reserve(bytes);
  }

  void reserve(long bytes) throws IOException {
    Files.writeString(reserved(), Long.toString(bytes));
  }

  /** How many bytes it takes, or may still take. */
  long bytes() throws IOException {
    try {
      return Long.parseLong(Files.readString(reserved()).strip());
    } catch (IOException | NumberFormatException e) {
      return Inventory.of(root).bytes(); // A worker was killed in between.
    }
  }

  void touch(Instant now) throws IOException {
    Files.setLastModifiedTime(reserved(), FileTime.from(now));
  }

  Instant lastUsed() {
    try {
      return Files.getLastModifiedTime(reserved()).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH;
    }
  }

  boolean isDone(DataFile file) {
    return Files.exists(done(file));
  }

  void setDone(DataFile file) throws IOException {
    Files.write(done(file), new byte[0]);
    Files.deleteIfExists(part(file));
  }

  void setComplete() throws IOException {
    Files.writeString(complete(), Inventory.of(files()).text());
  }

  /** Whether all files are there; a tool that cleans up old files may have deleted some. */
  boolean isComplete() throws IOException {
    Optional<String> should = read(complete());
    return should.isPresent() && should.get().equals(Inventory.of(files()).text());
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Removes an entry that was complete but has lost files since. */
  void removeIfSpoiled() throws IOException {
    if (Files.exists(complete())) {
      remove();
    }
  }

  /** Removes the entry; the marker that it is complete goes first. */
  void remove() throws IOException {
    Files.deleteIfExists(complete());
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
