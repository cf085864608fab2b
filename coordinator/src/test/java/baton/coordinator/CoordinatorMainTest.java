package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.JobSpec;
import baton.protocol.client.CoordinatorClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line: a real process where it must end, and exit codes. */
class CoordinatorMainTest {
  private static final long PATIENCE_SECONDS = 30;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine command = CoordinatorMain.commandLine();
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private Process launch(String... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=logback.xml", // not that of the tests
                "-cp",
                System.getProperty("java.class.path"),
                CoordinatorMain.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  @Test
  void aCoordinatorDrainsOnSigtermAndExitsWithZero() throws Exception {
    Path portFile = folder.resolve("port");
    Path tokensFile = folder.resolve("tokens");
    Process process =
        launch(
            "--data=" + folder.resolve("data"),
            "--port=0",
            "--port-file=" + portFile,
            "--tokens-file=" + tokensFile);
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
          .until(() -> Files.exists(portFile) || !process.isAlive());
      String port = Files.readString(portFile).strip();
      String admin = Files.readAllLines(tokensFile).get(0).split("=")[1];
      new CoordinatorClient(URI.create("http://127.0.0.1:" + port), admin)
          .submit(JobSpec.of("job", "digits", 1), Optional.empty());

      process.destroy();

      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(Files.readString(folder.resolve("out")))
          .contains(admin)
          .contains("Baton coordinator ready at http://127.0.0.1:" + port + " (data in ");
      assertThat(Files.readString(folder.resolve("err")))
          .contains("INFO  job: submitted")
          .doesNotContain("baton_", "WARN", "Exception");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aPortInUseIsOneLineAndExitCodeThree() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int code = run("--data=" + folder, "--port=" + taken.getLocalPort());

      assertThat(code).isEqualTo(3);
      assertThat(err.toString().lines()).hasSize(1);
      assertThat(out.toString()).as("no token is shown that is not kept").isEmpty();
    }
  }

  @Test
  void anUnusableDataDirectoryIsOneLineAndExitCodeFour() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(run("--data=" + file, "--port=0")).isEqualTo(4);
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void aWrongOptionIsExitCodeTwo() {
    assertThat(run("--prot=0")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1).first().asString().contains("--prot");
    assertThat(err.toString()).contains("Did you mean", "--port");
  }

  @Test
  void aProxyThatIsNoAddressIsExitCodeTwo() {
    assertThat(run("--data=" + folder, "--trusted-proxy=10.0.0.1,proxy.example")).isEqualTo(2);
    assertThat(err.toString()).contains("proxy.example is no address");
  }

  @Test
  void aStoreThatIsAFileOrCannotBeMadeIsExitCodeTwo() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(run("--data=" + folder, "--store-dir=" + file)).isEqualTo(2);
    assertThat(err.toString()).contains("is a file: --store-dir takes the folder");
    assertThat(run("--data=" + folder, "--store-dir=" + folder.resolve("no/such"))).isEqualTo(2);
    assertThat(err.toString()).contains("Make it: mkdir -p " + folder.resolve("no/such"));
  }

  @Test
  void aStoresFolderThatIsNotThereYetIsMade() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Path store = folder.resolve("store");

      run("--data=" + folder, "--store-dir=" + store, "--port=" + taken.getLocalPort());

      assertThat(store).isEmptyDirectory();
    }
  }

  @Test
  void lostTokensAreReplaced() throws Exception {
    Path tokensFile = folder.resolve("handed");

    assertThat(run("new-tokens", "--data=" + folder, "--tokens-file=" + tokensFile)).isZero();

    assertThat(out.toString()).contains("baton_admin_", "baton_worker_", "baton_viewer_");
    assertThat(Files.readAllLines(tokensFile)).hasSize(3);
    assertThat(Files.readString(folder.resolve("tokens"))).doesNotContain("baton_");
  }

  @Test
  void theHelpTellsTheExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("the port is in use", "--store-dir", "new-tokens");
  }
}
