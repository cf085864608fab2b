package baton.worker;

import static baton.worker.StoreLocation.DriveAccess.LENT;
import static baton.worker.StoreLocation.DriveAccess.OWN;
import static baton.worker.StoreLocation.DriveAccess.OWN_OR_LENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.storage.s3.S3Location;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class StoreOptionsTest {
  private static final URI GOOGLE = URI.create("https://www.googleapis.com/");

  @Command
  private static final class Some {
    @Mixin private StoreOptions store;
  }

  private static StoreLocation place(String... arguments) {
    Some command = new Some();
    new CommandLine(command).parseArgs(arguments);
    return command.store.location();
  }

  @Test
  void aDirectoryIsAPlace() {
    assertThat(place("--store-dir", "there"))
        .isEqualTo(new StoreLocation.Directory(Path.of("there")));
  }

  @Test
  void driveIsAPlaceWithOrWithoutAFoldersName() {
    assertThat(place("--store", "drive"))
        .isEqualTo(new StoreLocation.Drive(Optional.empty(), GOOGLE, OWN_OR_LENT));
    assertThat(place("--store", "drive", "--drive-folder", "Runs"))
        .isEqualTo(new StoreLocation.Drive(Optional.of("Runs"), GOOGLE, OWN));
  }

  @Test
  void aBucketIsAPlaceAtAmazonOrAtAnotherServer() {
    assertThat(place("--s3", "s3://runs/mine"))
        .isEqualTo(new StoreLocation.Bucket(S3Location.of("s3://runs/mine", Optional.empty())));
    URI server = URI.create("https://s3.example.com");
    assertThat(place("--s3", "s3://runs", "--s3-endpoint", server.toString()))
        .isEqualTo(new StoreLocation.Bucket(S3Location.of("s3://runs", Optional.of(server))));
  }

  @Test
  void whoseAccessIsUsedCanBeSaid() {
    assertThat(place("--store", "drive", "--drive-access", "lent"))
        .isEqualTo(new StoreLocation.Drive(Optional.empty(), GOOGLE, LENT));
    assertThat(place("--store", "drive", "--drive-access", "own"))
        .isEqualTo(new StoreLocation.Drive(Optional.empty(), GOOGLE, OWN));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                                   | needs a store: name a directory",
        "--store drive --store-dir there    | has one store",
        "--store dropbox                    | no store 'dropbox'",
        "--store-dir there --drive-folder x | needs --store drive",
        "--store-dir there --drive-access own | needs --store drive",
        "--s3 s3://runs --store drive       | has one store",
        "--s3 s3://runs --store-dir there   | has one store",
        "--s3 s3://runs --drive-access own  | needs --store drive",
        "--s3 runs                          | say s3://BUCKET",
        "--s3-endpoint https://s3.example.com | needs --s3",
        "--s3 s3://runs --s3-endpoint http://s3.example.com | plain http is for this machine alone",
        "--store drive --drive-access mine  | lent or own, not 'mine'",
        "--store drive --drive-access lent --drive-folder x | what is lent names its folder",
      })
  void anythingElseIsToldHowToSayIt(String arguments, String sentence) {
    String[] words = arguments == null ? new String[0] : arguments.split(" ");
    assertThatThrownBy(() -> place(words))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void aBlankNameIsNone() {
    assertThatThrownBy(() -> place("--store", "drive", "--drive-folder", " "))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("1 to 200 characters");
  }
}
