package baton.cli.command;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.StoreTime;
import baton.storage.drive.DriveRoot;
import baton.storage.drive.DriveStore;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.MachineSignIn;
import baton.storage.drive.oauth.SignInException;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The options that say whose sign-in opens Google Drive, and which folder there is the store. */
final class DriveOptions {
  @Option(
      names = "--drive-folder",
      paramLabel = "NAME",
      description = "The store's folder in Google Drive. Default: the first made")
  private String folder;

  @Option(
      names = "--consent",
      paramLabel = "DIR",
      description = {
        "A coordinator's data directory: use the consent that 'baton drive login' keeps there.",
        "Default: this machine's own Google sign-in."
      })
  private Path consent;

  @Option(names = "--drive-api", hidden = true, defaultValue = "https://www.googleapis.com/")
  private URI api;

  @Option(names = "--colab-sign-in", hidden = true, defaultValue = "${env:TBE_EPHEM_CREDS_ADDR:-}")
  private String colab;

  @Option(
      names = "--sign-in",
      hidden = true,
      defaultValue = "${env:GOOGLE_APPLICATION_CREDENTIALS:-}")
  private String credentials;

  /**
   * Opens the store.
   *
   * @param ifNone supplies the id of a new store if there is none, or throws
   */
  DriveStore open(Supplier<StoreId> ifNone) throws StoreException {
    DriveSetup setup = setup();
    return new DriveStore(
        setup, DriveRoot.findOrCreate(setup, Optional.ofNullable(folder), ifNone));
  }

  private DriveSetup setup() throws StoreException {
    DriveConnection connection =
        consent == null
            ? DriveConnection.open(api, MachineSignIn.find(environment()))
            : DriveConnection.open(kept());
    return new DriveSetup(
        connection, DrivePolicy.standard(), StoreTime.ofMachine(), new SplittableRandom());
  }

  private Map<String, String> environment() {
    return Map.of("TBE_EPHEM_CREDS_ADDR", colab, "GOOGLE_APPLICATION_CREDENTIALS", credentials);
  }

  private DriveConsent kept() throws StoreException {
    try {
      return new ConsentFile(consent)
          .consent()
          .orElseThrow(
              () ->
                  new StoreException(
                      StoreException.Kind.UNREACHABLE,
                      "Nobody is signed in to Drive at %s: run 'baton drive login' there first."
                          .formatted(consent)));
    } catch (SignInException e) {
      throw new StoreException(StoreException.Kind.UNREACHABLE, e.getMessage());
    }
  }
}
