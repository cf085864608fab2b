package baton.storage.directory;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.StoreLocator;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the store in a directory. Once found it stays the same store, even if it is unmounted
 * later. It never creates one.
 */
public final class DirectoryLocator implements StoreLocator {
  private final Path directory;
  private volatile Optional<CheckpointStore> seen = Optional.empty();

  public DirectoryLocator(Path directory) {
    this.directory = directory;
  }

  @Override
  public Optional<CheckpointStore> find() {
    if (seen.isEmpty()) {
      try {
        seen = Optional.of(DirectoryStore.open(directory));
      } catch (StoreException e) {
        return Optional.empty(); // not mounted, or no store yet
      }
    }
    return seen;
  }

  @Override
  public String whyNot(StoreId store) {
    return "The store %s is not at %s. Check that it is there and mounted."
        .formatted(store, directory);
  }
}
