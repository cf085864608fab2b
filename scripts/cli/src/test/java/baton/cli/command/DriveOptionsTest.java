package baton.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import baton.storage.drive.Bench;
import baton.storage.drive.oauth.ConsentFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DriveOptionsTest {
  @TempDir Path folder;
  @TempDir Path remote;
  @TempDir Path coordinator;
  private final StringWriter screen = new StringWriter();
  private Bench bench;

  @BeforeEach
  void start() throws IOException {
    bench = new Bench(remote, 1);
    Files.writeString(folder.resolve("digits.csv"), "0,1,2\n");
  }

  @AfterEach
  void stop() throws IOException {
    bench.close();
  }

  private int run(Object command, String... arguments) {
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(screen, true)).setErr(new PrintWriter(screen, true));
    line.setExecutionExceptionHandler(
        (failure, where, parsed) -> {
          where.getErr().println(failure.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line.execute(arguments);
  }

  private int put() {
    Path reference = folder.resolveSibling(folder.getFileName() + ".data.json");
    return run(
        new DataPutCommand(),
        folder.toString(),
        "--name=digits",
        "--store=drive",
        "--consent=" + coordinator,
        "--out=" + reference);
  }

  private int verify() {
    return run(
        new VerifyCommand(),
        "nosuch",
        "--store=drive",
        "--consent=" + coordinator,
        "--token-from-environment=");
  }

  @Test
  void theConsentThatACoordinatorKeepsOpensItsStoreForBothCommands() throws Exception {
    bench.signIn(new ConsentFile(coordinator), "own-client", "alice@example.com");

    assertThat(put()).as("%s", screen).isZero();
    assertThat(screen.toString()).contains("1 sent, 0 there already");

    assertThat(verify()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(screen.toString())
        .contains("The store holds no checkpoint of a job")
        .doesNotContain("secret-");
  }

  @Test
  void whereNobodyIsSignedInBothSayWhereToDoSo() {
    String remedy = "run 'baton drive login' there first";

    assertThat(put()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(screen.toString())
        .contains("Nobody is signed in to Drive at " + coordinator, remedy);

    screen.getBuffer().setLength(0);
    assertThat(verify()).as("that proves nothing").isEqualTo(3);
    assertThat(screen.toString()).contains("Could not verify: Nobody is signed in", remedy);
  }
}
