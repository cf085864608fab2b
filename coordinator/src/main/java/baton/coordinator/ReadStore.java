package baton.coordinator;

import baton.coordinator.checkpoint.DirectoryContents;
import baton.coordinator.checkpoint.DirectoryFiles;
import baton.coordinator.drive.DriveContents;
import baton.coordinator.drive.DriveFiles;
import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.StoreContents;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.ConsentFile;
import baton.storage.drive.DriveConnection;
import baton.storage.drive.DriveConsent;
import baton.storage.drive.DriveKeeper;
import baton.storage.drive.DrivePolicy;
import baton.storage.drive.DriveRoot;
import baton.storage.drive.DriveSetup;
import baton.storage.drive.DriveTime;
import baton.storage.drive.MachineSignIn;
import baton.storage.drive.SignIn;
import baton.storage.drive.SignInException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/** A store that jobs are taken up from: all that lies in it, and the means to check it. */
public record ReadStore(StoreContents contents, CheckpointFiles files) {

  /** The one in this directory, or a sentence why there is none. */
  public static ReadStore inDirectory(Path directory) {
    return new ReadStore(DirectoryContents.open(directory), new DirectoryFiles(directory));
  }

  /**
   * The one that a coordinator over this data directory is signed in to, or else this machine's
   * Google sign-in; or a sentence why there is none.
   *
   * @param api where Google answers the machine's sign-in
   */
  public static ReadStore onDrive(Path data, URI api) {
    try {
      Optional<DriveConsent> consent = new ConsentFile(data).consent();
      DriveKeeper keeper = consent.isPresent() ? of(consent.get()) : ofMachine(data, api);
      return new ReadStore(new DriveContents(keeper), new DriveFiles(() -> Optional.of(keeper)));
    } catch (StoreException | SignInException e) {
      throw new StoreUnreadable(e.getMessage(), e);
    }
  }

  private static DriveKeeper of(DriveConsent consent) {
    DriveSetup setup =
        consent.setup(DrivePolicy.standard(), DriveTime.ofMachine(), new SecureRandom());
    return new DriveKeeper(setup, consent.account().root());
  }

  private static DriveKeeper ofMachine(Path data, URI api) throws StoreException {
    DriveSetup setup =
        new DriveSetup(
            DriveConnection.open(api, signIn(data)),
            DrivePolicy.standard(),
            DriveTime.ofMachine(),
            new SecureRandom());
    return new DriveKeeper(setup, DriveRoot.find(setup).orElseThrow(ReadStore::noStore));
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
