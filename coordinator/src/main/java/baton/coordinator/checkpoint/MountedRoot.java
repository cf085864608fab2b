package baton.coordinator.checkpoint;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreMarker;
import baton.protocol.checkpoint.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The root of a directory store. An {@link IOException} of its methods means that the store cannot
 * be read now, never that a file is missing or wrong.
 */
final class MountedRoot {
  private final Path path;

  /** Known from the first time it was read: a store that is unmounted later is still this one. */
  private volatile Optional<StoreId> id = Optional.empty();

  MountedRoot(Path path) {
    this.path = path.toAbsolutePath().normalize();
  }

  Path path() {
    return path;
  }

  Optional<StoreId> id() {
    if (id.isEmpty()) {
      try {
        id = Optional.of(readId());
      } catch (IOException e) {
        return Optional.empty(); // not mounted, or no store yet
      }
    }
    return id;
  }

  private StoreId readId() throws IOException {
    String text = Files.readString(path.resolve(StoreMarker.FILE_NAME));
    try {
      return StoreMarker.read(text).id();
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Where a mount is missing every file would seem to be. */
  void requireThere(StoreId store) throws IOException {
    StoreId there = readId();
    if (!there.equals(store)) {
      throw new IOException("the store " + there + " is mounted there, not " + store);
    }
  }

  /** The file with this store id; empty if there is none, or the id leads out of the store. */
  Optional<Path> find(String storeId) {
    try {
      return Optional.of(StorePath.resolve(path, storeId))
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The time by the clock that dates the store's files, which may be another machine's. */
  Instant now() throws IOException {
    Path probe = Files.createTempFile(path, ".baton-clock-", ".part");
    try {
      return Files.getLastModifiedTime(probe).toInstant();
    } finally {
      Files.deleteIfExists(probe);
    }
  }
}
