package baton.coordinator;

import baton.coordinator.checkpoint.StoredFiles;
import baton.coordinator.checkpoint.StoredJobs;
import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.StoreContents;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.StoreLocator;
import baton.storage.StoreTime;
import baton.storage.directory.DirectoryLocator;
import baton.storage.drive.DriveRoot;
import baton.storage.drive.DriveStore;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.MachineSignIn;
import baton.storage.drive.oauth.SignIn;
import baton.storage.drive.oauth.SignInException;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import baton.storage.s3.S3Location;
import baton.storage.s3.S3Store;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/** A store from which jobs are recovered: its contents, and the means to check them. */
public record RecoverySource(StoreContents contents, CheckpointFiles files) {

  /** The store in this directory; the exception says why there is none. */
  public static RecoverySource inDirectory(Path directory) {
    DirectoryLocator locator = new DirectoryLocator(directory);
    CheckpointStore store =
        locator
            .find()
            .orElseThrow(
                () ->
                    new StoreUnreadable(
                        "There is no store at %s. Check the path, and that it is mounted."
                            .formatted(directory.toAbsolutePath().normalize()),
                        null));
    return new RecoverySource(new StoredJobs(store), new StoredFiles(locator));
  }

  /** The store in this bucket; the exception says why there is none. */
  public static RecoverySource inBucket(S3Location location) {
    try {
      CheckpointStore store = S3Store.find(location);
      return new RecoverySource(new StoredJobs(store), new StoredFiles(StoreLocator.at(store)));
    } catch (StoreException e) {
      throw new StoreUnreadable(e.getMessage(), e);
    }
  }

  /**
   * The store on the Drive that a coordinator with this data directory is signed in to, or else on
   * that of this machine's Google sign-in; the exception says why there is none.
   *
   * @param api the address of Drive's API for the machine's sign-in
   */
  public static RecoverySource onDrive(Path data, URI api) {
    try {
      Optional<DriveConsent> consent = new ConsentFile(data).consent();
      DriveStore store = consent.isPresent() ? of(consent.get()) : ofMachine(data, api);
      return new RecoverySource(new StoredJobs(store), new StoredFiles(StoreLocator.at(store)));
    } catch (StoreException | SignInException e) {
      throw new StoreUnreadable(e.getMessage(), e);
    }
  }

  private static DriveStore of(DriveConsent consent) {
    DriveSetup setup =
        DriveSetup.of(consent, DrivePolicy.standard(), StoreTime.ofMachine(), new SecureRandom());
    return new DriveStore(setup, DriveRoot.of(consent.account()));
  }

  private static DriveStore ofMachine(Path data, URI api) throws StoreException {
    DriveSetup setup =
        new DriveSetup(
            DriveConnection.open(api, signIn(data)),
            DrivePolicy.standard(),
            StoreTime.ofMachine(),
            new SecureRandom());
    return new DriveStore(setup, DriveRoot.find(setup).orElseThrow(RecoverySource::noStore));
  }

  private static SignIn signIn(Path data) {
    try {
      return MachineSignIn.find(Map.of());
    } catch (StoreException e) {
      throw new StoreUnreadable(
          "Nobody is signed in to Google Drive, neither in %s nor on this machine. Run 'baton drive login --data %s' first, as the user who made the store."
              .formatted(data, data),
          e);
    }
  }

  private static StoreUnreadable noStore() {
    return new StoreUnreadable(
        "This Google sign-in sees no store of Baton's. Sign in as the user, and through the OAuth"
            + " client, that made it.",
        null);
  }
}
