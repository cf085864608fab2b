package baton.storage.directory;

import baton.protocol.IoReason;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.protocol.checkpoint.StoreMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;

/** The root of a directory store, with the marker that tells it from an empty mount point. */
record StoreRoot(Path path, StoreId id) {
  static final String WRITTEN = "written";

  /** The verbs of operations that need no write permission. */
  private static final Set<String> READING = Set.of("read", "reached");

  private static final int SCARCE = 1 << 16;

  /** An operation on the store's file system. */
  interface Step<T> {
    T run() throws IOException;
  }

  /** Opens the root; the first process to open it gives it its id. */
  static StoreRoot open(Path directory, Supplier<StoreId> newId) throws StoreException {
    Path root = directory.toAbsolutePath().normalize();
    try {
      if (!Files.isDirectory(root)) {
        Files.createDirectory(root);
      }
      Path marker = root.resolve(StoreMarker.FILE_NAME);
      if (!Files.exists(marker)) {
        mark(root, marker, StoreMarker.of(newId.get()));
      }
      return new StoreRoot(root, readMarker(root));
    } catch (IOException e) {
      throw failure(root, "opened", e);
    }
  }

  /** Opens the root of an existing store; it never creates one. */
  static StoreRoot find(Path directory) throws StoreException {
    Path root = directory.toAbsolutePath().normalize();
    try {
      return new StoreRoot(root, readMarker(root));
    } catch (IOException e) {
      throw failure(root, "read", e);
    }
  }

  private static void mark(Path root, Path marker, StoreMarker fresh) throws IOException {
    Path part = root.resolve("." + StoreMarker.FILE_NAME + "." + fresh.id() + ".part");
    try (FileChannel channel = Durable.create(part)) {
      Durable.writeAll(channel, ByteBuffer.wrap(fresh.write().getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
      Durable.publish(part, marker);
    } catch (FileAlreadyExistsException e) {
      // Another process was first: its id counts.
    } finally {
      Durable.deleteQuietly(part);
    }
  }

  private static StoreId readMarker(Path root) throws StoreException, IOException {
    String text = Files.readString(root.resolve(StoreMarker.FILE_NAME));
    try {
      return StoreMarker.read(text).id();
    } catch (IllegalArgumentException e) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "The directory " + root + " is no store of this Baton: " + e.getMessage() + ".",
          e);
    }
  }

  /** Throws if the mount is missing, or another store is mounted in its place. */
  void requireThere() throws StoreException {
    StoreId there;
    try {
      there = readMarker(path);
    } catch (IOException e) {
      throw failure("reached", e);
    }
    if (!there.equals(id)) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "At %s is now the store %s, not %s: mount the right one.".formatted(path, there, id));
    }
  }

  <T> T read(Step<T> step) throws StoreException {
    try {
      return step.run();
    } catch (IOException e) {
      throw failure("read", e);
    }
  }

  <T> T write(Step<T> step) throws StoreException {
    try {
      return step.run();
    } catch (IOException e) {
      throw failure(WRITTEN, e);
    }
  }

  /** The time by the clock that dates the store's files, which may be on another machine. */
  Instant now() throws StoreException {
    return write(
        () -> {
          Path probe = Files.createTempFile(path, ".baton-clock-", ".part");
          try {
            return Files.getLastModifiedTime(probe).toInstant();
          } finally {
            Files.deleteIfExists(probe);
          }
        });
  }

  StoreException failure(String verb, IOException e) {
    return failure(path, verb, e);
  }

  private static StoreException failure(Path root, String verb, IOException e) {
    if (isFull(root, verb, e)) {
      return new StoreException(
          Kind.FULL, "The store at " + root + " is full: make room or use a larger one.", e);
    }
    return new StoreException(
        Kind.UNREACHABLE,
        "The store at %s cannot be %s (%s): check that it is there%s."
            .formatted(
                root,
                verb,
                IoReason.of(e),
                READING.contains(verb) ? " and mounted" : ", mounted and writable"),
        e);
  }

  private static boolean isFull(Path root, String verb, IOException e) {
    String reason = IoReason.of(e);
    return reason.contains("No space left")
        || reason.contains("quota exceeded")
        // The system's message may be in another language.
        || verb.equals(WRITTEN)
            && root.toFile().exists()
            && root.toFile().getUsableSpace() < SCARCE;
  }
}
