package baton.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import baton.storage.drive.fake.FakeDrive;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a person types to sign a coordinator in to Drive, and what is on the screen then. */
class DriveCommandTest {
  @TempDir Path folder;
  @TempDir Path remote;
  private final StringWriter screen = new StringWriter();
  private FakeDrive drive;

  @BeforeEach
  void start() throws IOException {
    drive = FakeDrive.start(remote, 0, InstantSource.system());
    drive.deviceCodes().pollEvery(Duration.ofSeconds(1));
  }

  @AfterEach
  void stop() throws IOException {
    drive.close();
  }

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new DriveCommand());
    line.setOut(new PrintWriter(screen, true)).setErr(new PrintWriter(screen, true));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println(failure.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line.execute(arguments);
  }

  private String data() {
    return "--data=" + folder.resolve("data");
  }

  private String client() throws IOException {
    Path file = folder.resolve("client.json");
    Files.writeString(
        file, "{\"installed\":{\"client_id\":\"own-client\",\"client_secret\":\"secret-own\"}}");
    return "--client=" + file;
  }

  private int login() throws Exception {
    String client = client();
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () -> run("login", data(), client, "--drive-api=" + drive.base()));
    Awaitility.await().until(() -> screen.toString().contains("FAKE-0001"));
    drive.deviceCodes().approve("FAKE-0001", "alice@example.com");
    return code.get();
  }

  @Test
  void aLoginShowsWhatToDoAndThenWhoIsSignedInAndNoSecret() throws Exception {
    assertThat(login()).isZero();
    assertThat(screen.toString())
        .contains("open     " + drive.base() + "device")
        .contains("type     FAKE-0001")
        .contains("Signed in as alice@example.com. The store is store-")
        .doesNotContain("secret-");

    assertThat(run("status", data())).isZero();
    assertThat(screen.toString())
        .contains("Google Drive of alice@example.com", "client   own-client", "scope    drive.file")
        .contains("space    0.0 MB used", "consent  works")
        .doesNotContain("secret-");
  }

  @Test
  void aConsentThatHasEndedIsToldWithItsRemedy() throws Exception {
    login();
    drive.auth().revoke("own-client");
    assertThat(run("status", data())).isNotZero();
    assertThat(screen.toString())
        .contains("publish the app 'In production' and run 'baton drive login'");
  }

  @Test
  void aLogoutIsToldAndSeenInTheStatus() throws Exception {
    login();
    assertThat(run("logout", data())).isZero();
    assertThat(screen.toString()).contains("Signed out");
    assertThat(run("status", data())).isNotZero();
    assertThat(screen.toString()).contains("Nobody is signed in; run 'baton drive login'.");
  }

  @Test
  void withoutASignInTheStatusSaysWhatToDo() {
    assertThat(run("status", data())).isNotZero();
    assertThat(screen.toString().strip())
        .isEqualTo(
            "This coordinator was never signed in to a Google Drive; run 'baton drive login'.");
  }

  @Test
  void aFileThatIsNoClientIsRefusedInASentence() throws Exception {
    Path file = Files.writeString(folder.resolve("client.json"), "secret-own");
    assertThat(run("login", data(), "--client=" + file)).isNotZero();
    assertThat(screen.toString())
        .contains("is no OAuth client")
        .doesNotContain("secret-own")
        .doesNotContain("Exception");
  }
}
