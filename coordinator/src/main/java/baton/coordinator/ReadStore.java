package baton.coordinator;

import baton.coordinator.checkpoint.DirectoryContents;
import baton.coordinator.checkpoint.DirectoryFiles;
import baton.coordinator.drive.DriveContents;
import baton.coordinator.drive.DriveFiles;
import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.StoreContents;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.drive.DriveConnection;
import baton.drive.DriveKeeper;
import baton.drive.DrivePolicy;
import baton.drive.DriveRoot;
import baton.drive.DriveSetup;
import baton.drive.DriveTime;
import baton.drive.MachineSignIn;
import baton.protocol.checkpoint.StoreException;
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
   * The one that this machine's Google sign-in reaches, or a sentence why there is none.
   *
   * @param api where Google answers
   */
  public static ReadStore onDrive(URI api) {
    try {
      DriveSetup setup =
          new DriveSetup(
              DriveConnection.open(api, MachineSignIn.find(Map.of())),
              DrivePolicy.standard(),
              DriveTime.ofMachine(),
              new SecureRandom());
      DriveRoot root = DriveRoot.find(setup).orElseThrow(ReadStore::noStore);
      DriveKeeper keeper = new DriveKeeper(setup, root);
      return new ReadStore(
          new DriveContents(keeper), new DriveFiles(() -> Optional.of(keeper)));
    } catch (StoreException e) {
      throw new StoreUnreadable(e.getMessage(), e);
    }
  }

  private static StoreUnreadable noStore() {
    return new StoreUnreadable(
        "This Google sign-in sees no store of Baton's. Sign in as the user, and through the OAuth client, that made it.",
        null);
  }
}
