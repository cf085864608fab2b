package baton.scripts.cli;

import baton.drive.DriveConnection;
import baton.drive.DrivePolicy;
import baton.drive.DriveRoot;
import baton.drive.DriveSetup;
import baton.drive.DriveStore;
import baton.drive.DriveTime;
import baton.drive.MachineSignIn;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreMarker;
import baton.scripts.verify.Vault;
import baton.worker.checkpoint.DirectoryStore;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that name a store which is only read. */
final class VaultOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @ArgGroup(multiplicity = "1")
  private Where where;

  @Option(
      names = "--drive-folder",
      paramLabel = "NAME",
      description = "The store's folder in Google Drive. Default: the first made")
  private String folder;

  @Option(names = "--drive-api", hidden = true, defaultValue = "https://www.googleapis.com/")
  private URI api;

  @Option(names = "--colab-sign-in", hidden = true, defaultValue = "${env:TBE_EPHEM_CREDS_ADDR}")
  private String colab;

  @Option(
      names = "--sign-in",
      hidden = true,
      defaultValue = "${env:GOOGLE_APPLICATION_CREDENTIALS}")
  private String credentials;

  /** One of the two. */
  static final class Where {
    @Option(
        names = "--store-dir",
        paramLabel = "DIR",
        description = "The directory where checkpoints live.")
    private Path directory;

    @Option(
        names = "--store",
        paramLabel = "drive",
        description = "Checkpoints live in Google Drive, with this machine's Google sign-in.")
    private String kind;
  }

  /** Opens the store; one that is not there is not made. */
  Vault open() throws StoreException {
    if (where.directory == null) {
      return drive();
    }
    if (!Files.isRegularFile(where.directory.resolve(StoreMarker.FILE_NAME))) {
      throw wrong(
          "%s is no store of Baton: there is no %s in it."
              .formatted(where.directory, StoreMarker.FILE_NAME));
    }
    return Vault.of(DirectoryStore.open(where.directory, none("it went away")));
  }

  private Vault drive() throws StoreException {
    if (!where.kind.equals("drive")) {
      throw wrong(
          "There is no store '%s': say --store drive, or name a directory with --store-dir DIR."
              .formatted(where.kind));
    }
    Map<String, String> environment =
        Map.of(
            "TBE_EPHEM_CREDS_ADDR", colab == null ? "" : colab,
            "GOOGLE_APPLICATION_CREDENTIALS", credentials == null ? "" : credentials);
    DriveSetup setup =
        new DriveSetup(
            DriveConnection.open(api, MachineSignIn.find(environment)),
            DrivePolicy.standard(),
            DriveTime.ofMachine(),
            new SplittableRandom());
    DriveStore store =
        new DriveStore(
            setup,
            DriveRoot.findOrCreate(
                setup,
                Optional.ofNullable(folder),
                none("this sign-in's Google Drive has no store of Baton")));
    return Vault.of(store, store::list);
  }

  private Supplier<StoreId> none(String why) {
    return () -> {
      throw wrong("There is no store to verify: " + why + ".");
    };
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
