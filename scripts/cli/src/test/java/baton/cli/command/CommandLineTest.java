package baton.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import baton.cli.process.CoordinatorServer;
import baton.protocol.StoreId;
import baton.storage.directory.DirectoryStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a user types, against a real coordinator in a process of its own. */
class CommandLineTest {
  @TempDir static Path folder;
  private static CoordinatorServer coordinator;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void startCoordinator() {
    coordinator = new CoordinatorServer(folder, Optional.empty(), line -> {});
    coordinator.start();
  }

  @AfterAll
  static void stopCoordinator() {
    coordinator.close();
  }

  @Test
  void aJobIsSubmittedSeenPausedResumedAndCancelled() {
    assertThat(run("submit", "digits", "--name", "life", "--epochs", "3")).isZero();
    assertThat(out.toString()).startsWith("Submitted life as job ");

    assertThat(run("status")).isZero();
    assertThat(out.toString()).contains("life", "WAITING", "0/3");

    run("pause", "life");
    run("resume", "life");
    run("cancel", "life");
    assertThat(out.toString())
        .contains("life is paused.", "life is waiting.", "life is cancelled.");
  }

  @Test
  void aJobMayBeSilentForAsLongAsItAsks() {
    assertThat(
            run("submit", "digits", "--name", "slow", "--epochs", "3", "--longest-silence", "1h"))
        .isZero();
    run("status");
    assertThat(out.toString()).contains("a batch may take up to 1h0m, as the job asks");

    for (String wrong : List.of("30s", "25h", "long")) {
      assertThat(run("submit", "digits", "--epochs", "3", "--longest-silence", wrong)).isNotZero();
    }
    assertThat(err.toString())
        .contains("the longest silence must be 1 min to 24 h")
        .contains("a duration is written like 3h50m")
        .doesNotContain("Exception");
  }

  @Test
  void withoutACheckpointThereIsNoChangeToAccept() {
    run("submit", "digits", "--name", "fresh", "--epochs", "3");

    assertThat(run("resume", "fresh", "--accept-change")).isZero();
    assertThat(out.toString())
        .contains("fresh is waiting. It has no checkpoint yet, so there is no change to accept.");
  }

  @Test
  void aTakenNameIsRefusedInASentence() {
    run("submit", "digits", "--name", "twice", "--epochs", "3");

    assertThat(run("submit", "digits", "--name", "twice", "--epochs", "3")).isNotZero();
    assertThat(err.toString().strip())
        .isEqualTo("There is a job named twice already. Choose another name.");
  }

  @Test
  void whatCannotBeAJobIsRefusedBeforeItIsSent() {
    assertThat(run("submit", "digits", "--epochs", "-6")).isNotZero();
    assertThat(run("submit", "digits", "--epochs", "6", "--save-every", "often")).isNotZero();
    assertThat(err.toString())
        .contains("epochs must be 1 to 1000000, not -6")
        .contains("such as '200 batches'")
        .doesNotContain("Exception");
  }

  @Test
  void aJobNobodyKnowsIsNamed() {
    assertThat(run("pause", "nobody")).isNotZero();
    assertThat(err.toString().strip()).isEqualTo("There is no job nobody.");
  }

  @Test
  void aFolderThatIsNoStoreIsNotMadeOne(@TempDir Path photos) {
    assertThat(run("verify", "first", "--store-dir", photos.toString()))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString())
        .contains(photos + " is no store of Baton: there is no baton-store.json in it.");
    assertThat(photos).isEmptyDirectory();
  }

  @Test
  void aJobThatNeitherCoordinatorNorStoreKnowsIsNamed(@TempDir Path root) throws Exception {
    DirectoryStore.open(root, () -> new StoreId("store-1"));

    assertThat(run("verify", "nobody", "--store-dir", root.toString()))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(out.toString()).contains("The coordinator knows no such job; the store may.");
    assertThat(err.toString())
        .contains("The store holds no checkpoint of a job with the id or name nobody.");
  }

  @Test
  void aHeadsDigestIsGivenWhole(@TempDir Path root) throws Exception {
    DirectoryStore store = DirectoryStore.open(root, () -> new StoreId("store-1"));
    run("submit", "digits", "--name", "headed", "--epochs", "3");

    assertThat(run("verify", "headed", "--store-dir", root.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains("NOT VERIFIED: The store holds no checkpoint of this job that can be read.");
    assertThat(run("verify", "headed", "--store-dir", root.toString(), "--head", "abc"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--head takes the whole digest");
    assertThat(store.id()).isEqualTo(new StoreId("store-1"));
  }

  @Test
  void aWrongTokenIsRefusedAndNotRepeated() throws IOException {
    Path token = Files.writeString(folder.resolve("wrong"), "baton_admin_wrong");

    int code = execute(new StatusCommand(), List.of("--token-file", token.toString()));

    assertThat(code).isNotZero();
    assertThat(err.toString()).contains("token").doesNotContain("baton_admin_wrong", "\tat ");
  }

  @Test
  void aTokenFromAFileOfAnotherSystemIsNeverRepeated() throws IOException {
    Path token = Files.writeString(folder.resolve("broken"), "baton_admin_half\r\nbaton_other");

    int code = execute(new StatusCommand(), List.of("--token-file", token.toString()));

    assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("holds a character").doesNotContain("baton_admin_half");
  }

  @Test
  void parametersAreWhatTheyLookLike() {
    assertThat(ProgramParameters.value("true")).isEqualTo(true);
    assertThat(ProgramParameters.value("12")).isEqualTo(12L);
    assertThat(ProgramParameters.value("1e-3")).isEqualTo(0.001);
    assertThat(ProgramParameters.value("cosine")).isEqualTo("cosine");
  }

  private int run(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--token-file", adminToken().toString()));
    return execute(
        switch (command) {
          case "submit" -> new SubmitCommand();
          case "status" -> new StatusCommand();
          case "pause" -> new PauseCommand();
          case "resume" -> new ResumeCommand();
          case "cancel" -> new CancelCommand();
          case "verify" -> new VerifyCommand();
          default -> throw new IllegalArgumentException(command);
        },
        all);
  }

  private int execute(Object command, List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--coordinator", coordinator.uri().toString()));
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (failure, line, parsed) -> {
              line.getErr().println(failure.getMessage());
              return 1;
            })
        .execute(all.toArray(String[]::new));
  }

  private static Path adminToken() {
    try {
      return Files.writeString(folder.resolve("admin-token"), coordinator.token("admin"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
