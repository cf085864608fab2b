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
import java.util.function.Supplier;

/** The root of a directory store, with the marker that tells it from an empty mount point. */
record StoreRoot(Path path, StoreId id) {
  static final String WRITTEN = "written";

  private static final int SCARCE = 1 << 16;

  /** A step on the store's own file system. */
  interface Step<T> {
    T run() throws IOException;
  }

  /** Opens the root; whoever is first to open it gives it its id. */
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

  private static void mark(Path root, Path marker, StoreMarker fresh) throws IOException {
    Path part = root.resolve("." + StoreMarker.FILE_NAME + "." + fresh.id() + ".part");
    try (FileChannel channel = Durable.create(part)) {
      Durable.writeAll(channel, ByteBuffer.wrap(fresh.write().getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
      Durable.publish(part, marker);
    } catch (FileAlreadyExistsException e) {
      // Another was first: its id counts.
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

  /** Refuses to go on where the mount is missing, or another store is mounted in its place. */
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

  StoreException failure(String verb, IOException e) {
    return failure(path, verb, e);
  }

  static StoreException gone(String storeId, Exception cause) {
    return new StoreException(
        Kind.GONE, "The store has no file " + storeId + ": it was pruned or removed.", cause);
  }

  private static StoreException failure(Path root, String verb, IOException e) {
    if (isFull(root, verb, e)) {
      return new StoreException(
          Kind.FULL, "The store at " + root + " is full: make room or use a larger one.", e);
    }
    return new StoreException(
        Kind.UNREACHABLE,
        "The store at %s cannot be %s (%s): check that it is there, mounted and writable."
            .formatted(root, verb, IoReason.of(e)),
        e);
  }

  private static boolean isFull(Path root, String verb, IOException e) {
    String reason = IoReason.of(e);
    return reason.contains("No space left")
        || reason.contains("quota exceeded")
        // The system's own words may be in another language.
        || verb.equals(WRITTEN)
            && root.toFile().exists()
            && root.toFile().getUsableSpace() < SCARCE;
  }
}
