package baton.worker;

import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.client.Borrower;
import baton.storage.CheckpointStore;
import baton.storage.StoreTime;
import baton.storage.directory.DirectoryStore;
import baton.storage.drive.DriveRoot;
import baton.storage.drive.DriveStore;
import baton.storage.drive.LentDriveStore;
import baton.storage.drive.oauth.LentCredentials;
import baton.storage.drive.oauth.MachineSignIn;
import baton.storage.drive.oauth.SignIn;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import baton.storage.s3.LentS3Store;
import baton.storage.s3.S3Store;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A worker's store, as far as it can be opened before the first lease.
 *
 * @param read the ids of the stores whose root was read (R15)
 * @param borrower receives the access that the coordinator lends; empty if this worker has its own
 * @param urls the addresses that the coordinator lends; empty if this worker has its own access
 * @param drive access to the Drive that holds the store; empty if it is not on Drive
 */
record OpenedStore(
    CheckpointStore store,
    Set<StoreId> read,
    Optional<Borrower> borrower,
    Optional<LeasedUrls> urls,
    Optional<DriveSetup> drive) {

  /** A store that is already open and needs no sign-in. */
  static OpenedStore of(CheckpointStore store) {
    return new OpenedStore(
        store, Set.of(store.id()), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Whether it has no access but what the coordinator lends. */
  boolean isLent() {
    return borrower.isPresent() || urls.isPresent();
  }

  static OpenedStore at(
      StoreLocation location,
      Map<String, String> environment,
      RandomGenerator random,
      Supplier<StoreId> newId)
      throws StoreException {
    if (location instanceof StoreLocation.Directory directory) {
      return of(DirectoryStore.open(directory.path(), newId));
    }
    if (location instanceof StoreLocation.Bucket bucket) {
      return of(S3Store.open(bucket.location(), newId));
    }
    if (location instanceof StoreLocation.LentBucket) {
      LeasedUrls urls = new LeasedUrls();
      return new OpenedStore(
          new LentS3Store(urls, StoreTime.ofMachine()),
          Set.of(),
          Optional.empty(),
          Optional.of(urls),
          Optional.empty());
    }
    StoreLocation.Drive drive = (StoreLocation.Drive) location;
    Optional<SignIn> signIn = signIn(drive, environment);
    if (signIn.isEmpty()) {
      return lent(drive, random);
    }
    DriveSetup setup = setup(drive.api(), signIn.get(), random);
    CheckpointStore store =
        new DriveStore(setup, DriveRoot.findOrCreate(setup, drive.folder(), newId));
    return new OpenedStore(
        store, Set.of(store.id()), Optional.empty(), Optional.empty(), Optional.of(setup));
  }

  /** Access to Drive with this machine's own sign-in, for a worker whose store is elsewhere. */
  static DriveSetup ownDrive(URI api, Map<String, String> environment, RandomGenerator random)
      throws StoreException {
    return setup(api, MachineSignIn.find(environment), random);
  }

  private static DriveSetup setup(URI api, SignIn signIn, RandomGenerator random) {
    DriveConnection connection = DriveConnection.open(api, signIn);
    return new DriveSetup(connection, DrivePolicy.standard(), StoreTime.ofMachine(), random);
  }

  private static OpenedStore lent(StoreLocation.Drive drive, RandomGenerator random) {
    StoreTime time = StoreTime.ofMachine();
    LentCredentials credentials = new LentCredentials(time);
    return new OpenedStore(
        new LentDriveStore(credentials, drive.api(), DrivePolicy.standard(), time, random),
        Set.of(),
        Optional.of(borrowing(credentials)),
        Optional.empty(),
        Optional.of(setup(drive.api(), new SignIn(credentials), random)));
  }

  /** Empty if this machine has no sign-in, or is not to use it. */
  private static Optional<SignIn> signIn(StoreLocation.Drive drive, Map<String, String> environment)
      throws StoreException {
    return switch (drive.access()) {
      case LENT -> Optional.empty();
      case OWN -> Optional.of(MachineSignIn.find(environment));
      case OWN_OR_LENT -> MachineSignIn.findIfAny(environment);
    };
  }

  private static Borrower borrowing(LentCredentials credentials) {
    return new Borrower() {
      @Override
      public Sha256 held() {
        return credentials.held();
      }

      @Override
      public boolean isRefused() {
        return credentials.isRefused();
      }

      @Override
      public void lent(StoreAccess newest) {
        credentials.lent(newest);
      }
    };
  }
}
