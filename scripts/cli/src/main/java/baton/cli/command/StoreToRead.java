package baton.cli.command;

import baton.coordinator.BucketToCheck;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreMarker;
import baton.storage.CheckpointStore;
import baton.storage.directory.DirectoryStore;
import baton.storage.s3.S3Location;
import baton.storage.s3.S3Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that name a store to read from. */
final class StoreToRead {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @ArgGroup(multiplicity = "0..1")
  private Where where;

  @Mixin private BucketToCheck bucket = new BucketToCheck();

  @Mixin private DriveOptions drive = new DriveOptions();

  /** Exactly one of these. */
  static final class Where {
    @Option(
        names = "--store-dir",
        paramLabel = "DIR",
        description = "The directory where checkpoints live.")
    private Path directory;

    @Option(
        names = "--store",
        paramLabel = "drive",
        description = "Checkpoints live in Google Drive.")
    private String kind;
  }

  /** Opens the store; it does not create one. */
  CheckpointStore open() throws StoreException {
    Optional<S3Location> place = bucket.location();
    if (place.isPresent() == (where != null)) {
      throw wrong("Name one store: --store-dir DIR, --store drive, or --s3 s3://BUCKET/PREFIX.");
    }
    if (place.isPresent()) {
      return S3Store.find(place.get());
    }
    if (where.directory == null) {
      return drive();
    }
    if (!Files.isRegularFile(where.directory.resolve(StoreMarker.FILE_NAME))) {
      throw wrong(
          "%s is no store of Baton: there is no %s in it."
              .formatted(where.directory, StoreMarker.FILE_NAME));
    }
    return DirectoryStore.open(where.directory);
  }

  private CheckpointStore drive() throws StoreException {
    if (!where.kind.equals("drive")) {
      throw wrong(
          "There is no store '%s': say --store drive, or name a directory with --store-dir DIR."
              .formatted(where.kind));
    }
    return drive.open(none("this sign-in's Google Drive has no store of Baton"));
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
