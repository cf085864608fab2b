package baton.worker;

import baton.drive.DriveConnection;
import baton.drive.DrivePolicy;
import baton.drive.DriveRoot;
import baton.drive.DriveSetup;
import baton.drive.DriveStore;
import baton.drive.DriveTime;
import baton.drive.LentCredentials;
import baton.drive.LentDriveStore;
import baton.drive.MachineSignIn;
import baton.drive.SignIn;
import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointStore;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.client.Borrower;
import baton.worker.checkpoint.DirectoryStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A worker's store, as far as it can be opened before the first lease.
 *
 * @param read the ids of the stores whose root was read (R15)
 * @param borrower takes the access that the coordinator lends; empty: this worker has its own
 */
record OpenedStore(CheckpointStore store, Set<StoreId> read, Optional<Borrower> borrower) {

  static OpenedStore at(
      Place place, Map<String, String> environment, RandomGenerator random, Supplier<StoreId> newId)
      throws StoreException {
    if (place instanceof Place.Directory directory) {
      return own(DirectoryStore.open(directory.path(), newId));
    }
    Place.Drive drive = (Place.Drive) place;
    Optional<SignIn> signIn = signIn(drive, environment);
    if (signIn.isEmpty()) {
      return lent(drive, random);
    }
    DriveConnection connection = DriveConnection.open(drive.api(), signIn.get());
    DriveSetup setup =
        new DriveSetup(connection, DrivePolicy.standard(), DriveTime.ofMachine(), random);
    return own(new DriveStore(setup, DriveRoot.findOrCreate(setup, drive.folder(), newId)));
  }

  private static OpenedStore own(CheckpointStore store) {
    return new OpenedStore(store, Set.of(store.id()), Optional.empty());
  }

  private static OpenedStore lent(Place.Drive drive, RandomGenerator random) {
    DriveTime time = DriveTime.ofMachine();
    LentCredentials credentials = new LentCredentials(time);
    return new OpenedStore(
        new LentDriveStore(credentials, drive.api(), DrivePolicy.standard(), time, random),
        Set.of(),
        Optional.of(borrowing(credentials)));
  }

  /** Empty: this machine has none, or is not to use it. */
  private static Optional<SignIn> signIn(Place.Drive drive, Map<String, String> environment)
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
