package baton.worker;

import baton.storage.s3.S3Location;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that name a worker's store: a directory, or Google Drive. */
final class StoreOptions {
  private static final int LONGEST_NAME = 200;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--store-dir",
      paramLabel = "DIR",
      description = "The directory where checkpoints live.")
  private Path directory;

  @Option(
      names = "--store",
      paramLabel = "drive|s3",
      description = {
        "Checkpoints live in Google Drive: with this machine's Google sign-in if it has one, else",
        "with the access that the coordinator lends. Or s3: in the coordinator's bucket, without",
        "any keys here."
      })
  private String kind;

  @Option(
      names = "--drive-access",
      paramLabel = "lent|own",
      description = "Use the coordinator's access whatever this machine has, or only its own.")
  private String access;

  @Option(
      names = "--drive-folder",
      paramLabel = "NAME",
      description = "The store's folder in Google Drive. Default: the first made, or else Baton")
  private String folder;

  @Option(names = "--drive-api", hidden = true, defaultValue = "https://www.googleapis.com/")
  private URI api;

  @Mixin private BucketOptions bucket = new BucketOptions();

  /** The address of Drive's API. */
  URI api() {
    return api;
  }

  /** The store that was named. */
  StoreLocation location() {
    Optional<S3Location> s3 = bucket.location();
    long named = Stream.of(directory, kind, s3.orElse(null)).filter(Objects::nonNull).count();
    if (named == 0) {
      throw wrong(
          "A worker needs a store: name a directory with --store-dir DIR, or say --store drive for"
              + " Google Drive or --store s3 for the coordinator's bucket, or name a bucket with --s3 s3://BUCKET/PREFIX.");
    }
    if (named > 1) {
      throw wrong(
          "A worker has one store: give either --store-dir DIR or --store drive or --s3 s3://BUCKET/PREFIX.");
    }
    if (kind != null && !kind.equals("s3")) {
      return drive();
    }
    if (access != null) {
      throw wrong("--drive-access is about Google Drive: it needs --store drive.");
    }
    if (folder != null) {
      throw wrong("--drive-folder names a folder in Google Drive: it needs --store drive.");
    }
    if (kind != null) {
      return new StoreLocation.LentBucket();
    }
    return s3.<StoreLocation>map(StoreLocation.Bucket::new)
        .orElseGet(() -> new StoreLocation.Directory(directory));
  }

  private StoreLocation drive() {
    if (!kind.equals("drive")) {
      throw wrong(
          "There is no store '%s': say --store drive or --store s3, or name a directory with --store-dir DIR."
              .formatted(kind));
    }
    if (folder != null && (folder.isBlank() || folder.length() > LONGEST_NAME)) {
      throw wrong("A folder's name has 1 to %d characters.".formatted(LONGEST_NAME));
    }
    StoreLocation.DriveAccess whose = access();
    if (folder != null && whose == StoreLocation.DriveAccess.LENT) {
      throw wrong("--drive-folder is for a sign-in of one's own: what is lent names its folder.");
    }
    return new StoreLocation.Drive(Optional.ofNullable(folder), api, whose);
  }

  /** A person who names a folder must have a sign-in to look it up. */
  private StoreLocation.DriveAccess access() {
    if (access == null) {
      return folder == null ? StoreLocation.DriveAccess.OWN_OR_LENT : StoreLocation.DriveAccess.OWN;
    }
    return switch (access) {
      case "lent" -> StoreLocation.DriveAccess.LENT;
      case "own" -> StoreLocation.DriveAccess.OWN;
      default -> throw wrong("--drive-access is lent or own, not '%s'.".formatted(access));
    };
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
