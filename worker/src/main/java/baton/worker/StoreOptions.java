package baton.worker;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
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
      paramLabel = "drive",
      description = "Checkpoints live in Google Drive, with this machine's Google sign-in.")
  private String kind;

  @Option(
      names = "--drive-folder",
      paramLabel = "NAME",
      description = "The store's folder in Google Drive. Default: the first made, or else Baton")
  private String folder;

  @Option(names = "--drive-api", hidden = true, defaultValue = "https://www.googleapis.com/")
  private URI api;

  /** The one place that was named. */
  Place place() {
    if (directory == null && kind == null) {
      throw wrong(
          "A worker needs a store: name a directory with --store-dir DIR, or say --store drive for"
              + " Google Drive.");
    }
    if (directory != null && kind != null) {
      throw wrong("A worker has one store: give either --store-dir DIR or --store drive.");
    }
    if (directory == null) {
      return drive();
    }
    if (folder != null) {
      throw wrong("--drive-folder names a folder in Google Drive: it needs --store drive.");
    }
    return new Place.Directory(directory);
  }

  private Place drive() {
    if (!kind.equals("drive")) {
      throw wrong(
          "There is no store '%s': say --store drive, or name a directory with --store-dir DIR."
              .formatted(kind));
    }
    if (folder != null && (folder.isBlank() || folder.length() > LONGEST_NAME)) {
      throw wrong("A folder's name has 1 to %d characters.".formatted(LONGEST_NAME));
    }
    return new Place.Drive(Optional.ofNullable(folder), api);
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
