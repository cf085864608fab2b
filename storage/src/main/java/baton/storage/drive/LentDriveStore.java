package baton.storage.drive;

import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import baton.storage.HashedFile;
import baton.storage.StoreTime;
import baton.storage.drive.oauth.LentCredentials;
import baton.storage.drive.oauth.SignIn;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DriveFailure;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * A store in a Google Drive that is unknown to the worker until a lease lends access to it. Before
 * the first byte moves, the root is opened with that access and must be the store that the
 * coordinator named (R15). It never deletes or updates anything (R6).
 */
public final class LentDriveStore implements CheckpointStore {
  private final LentCredentials credentials;
  private final DriveSetup setup;
  private Optional<DriveStore> opened = Optional.empty();

  public LentDriveStore(
      LentCredentials credentials,
      URI api,
      DrivePolicy policy,
      StoreTime time,
      RandomGenerator random) {
    this.credentials = credentials;
    this.setup =
        new DriveSetup(DriveConnection.open(api, new SignIn(credentials)), policy, time, random);
  }

  /** The store to which access is lent now; it is opened if it is not the one that is open. */
  private synchronized DriveStore store() throws StoreException {
    StoreAccess access = access();
    if (opened.filter(store -> store.id().equals(access.store())).isEmpty()) {
      DriveRoot root = DriveRoot.open(setup, access.folder());
      if (!root.id().equals(access.store())) {
        throw new StoreException(
            Kind.UNREACHABLE,
            "The coordinator lends access to the store %s, but its folder holds the store %s; where the coordinator runs, sign in again with 'baton drive login'."
                .formatted(access.store(), root.id()));
      }
      opened = Optional.of(new DriveStore(setup, root));
    }
    return opened.get();
  }

  private StoreAccess access() throws StoreException {
    try {
      return credentials.await();
    } catch (IOException e) {
      throw DriveFailure.of(e).told("open the store");
    }
  }

  @Override
  public synchronized StoreId id() {
    return opened
        .map(DriveStore::id)
        .orElseThrow(() -> new IllegalStateException("the store was not opened yet"));
  }

  @Override
  public void requireRoom(long bytes) throws StoreException {
    store().requireRoom(bytes);
  }

  @Override
  public void createFolder(String path) throws StoreException {
    store().createFolder(path);
  }

  @Override
  public FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException {
    return store().put(folder, file, moved);
  }

  @Override
  public List<Entry> list(String folder) throws StoreException {
    return store().list(folder);
  }

  @Override
  public Optional<String> find(String path) throws StoreException {
    return store().find(path);
  }

  @Override
  public Optional<Stat> stat(String storeId) throws StoreException {
    return store().stat(storeId);
  }

  @Override
  public byte[] read(String storeId, int most) throws StoreException {
    return store().read(storeId, most);
  }

  @Override
  public Sha256 digest(String storeId) throws StoreException {
    return store().digest(storeId);
  }

  @Override
  public void delete(String above, Collection<String> storeIds, Predicate<String> mayGo) {
    throw new UnsupportedOperationException("A worker with lent access deletes nothing (R6).");
  }

  @Override
  public OptionalLong room() throws StoreException {
    return store().room();
  }

  @Override
  public Instant now() throws StoreException {
    return store().now();
  }

  @Override
  public Sha256 get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    return store().get(storeId, target, moved);
  }

  @Override
  public String locate(String folder, String name) throws StoreException {
    return store().locate(folder, name);
  }
}
