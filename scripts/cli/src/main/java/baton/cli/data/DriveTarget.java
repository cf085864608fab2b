package baton.cli.data;

import baton.protocol.DataSource;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.DriveStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Archives in Google Drive, in the folder of Baton's store there. */
public final class DriveTarget implements ArchiveTarget {
  private final DriveStore store;
  private final String folder;

  /**
   * @param folder from the root of the store; created if it does not exist
   */
  public DriveTarget(DriveStore store, String folder) throws StoreException {
    this.store = store;
    this.folder = folder;
    store.ensureFolder(folder);
  }

  @Override
  public Optional<DataSource> find(String name, long size, Sha256 sha256) throws StoreException {
    return store
        .find(folder, name)
        .filter(file -> file.size() == size && file.sha256().equals(sha256))
        .map(file -> new DataSource.DriveFile(file.storeId()));
  }

  @Override
  public DataSource put(Path archive, LongConsumer moved) throws StoreException, IOException {
    return new DataSource.DriveFile(store.put(folder, archive, moved).storeId());
  }
}
