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
 * The place of one data in the cache.
 *
 * <pre>
 * &lt;digest&gt;/reserved     how much of the cache it may take; its time is that of its last use
 *          files/        what programs see
 *          parts/        files on their way, by their sha256
 *          done/         an empty file for each that has found its place
 *          complete      written last: what files/ holds
 * &lt;digest&gt;.lock         shared by those who use it, held alone to fetch or remove it
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

  /** Begins, or goes on with what a worker before has left. */
  void prepare(long bytes) throws IOException {
    for (Path folder : new Path[] {files(), root.resolve("parts"), root.resolve("done")}) {
      Files.createDirectories(folder);
    }
    reserve(bytes);
  }

  void reserve(long bytes) throws IOException {
    Files.writeString(reserved(), Long.toString(bytes));
  }

  /** What it takes, or may still take. */
  long bytes() throws IOException {
    try {
      return Long.parseLong(Files.readString(reserved()).strip());
    } catch (IOException | NumberFormatException e) {
      return Inventory.of(root).bytes(); // Left by somebody who was killed in between.
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

  /** Whether all is there; tools that clean up old files may have taken some of it. */
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

  /** What is in place is of no use if it is not all there. */
  void startAnewIfSpoiled() throws IOException {
    if (Files.exists(complete())) {
      remove();
    }
  }

  /** What says that it is whole goes first. */
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
