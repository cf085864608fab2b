package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, as a process of its own. */
@Timeout(30)
class WorkerMainTest {
  private static final String ANY = "any=sh";
  private static final String NOBODY = "http://127.0.0.1:1";

  @TempDir Path folder;

  /** How the command ended, and what a person read. */
  private record Ended(int code, String text) {}

  private ProcessBuilder command(String token, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerMain.class.getName(),
                "--store-dir",
                folder.resolve("store").toString(),
                "--spool",
                folder.resolve("spool").toString(),
                "--device",
                "cpu"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(folder.resolve("out").toFile());
    builder.environment().remove("BATON_COORDINATOR");
    builder.environment().put("BATON_TOKEN", token);
    return builder;
  }

  private Ended end(Process process) throws IOException, InterruptedException {
    try {
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends: %s", text()).isTrue();
      return new Ended(process.exitValue(), text());
    } finally {
      process.destroyForcibly();
    }
  }

  private String text() throws IOException {
    return Files.readString(folder.resolve("out"), StandardCharsets.UTF_8);
  }

  @Test
  void aSignalWhileNobodyAnswersEndsItInGoodOrder() throws Exception {
    Process process = command("t0ken", "--coordinator", NOBODY, "--program", ANY).start();
    Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> text().contains("no answer"));
    process.destroy();
    Ended ended = end(process);
    assertThat(ended.code()).as(ended.text()).isZero();
    assertThat(ended.text()).contains("told to end").contains("ends: The session ends.");
    assertThat(folder.resolve("spool")).isEmptyDirectory();
  }

  @Test
  void aSessionThatIsToldItsEndEndsThenThoughNobodyAnswers() throws Exception {
    Ended ended =
        end(
            command("t0ken", "--coordinator", NOBODY, "--program", ANY, "--session-ends-in", "1s")
                .start());
    assertThat(ended.code()).as(ended.text()).isZero();
    assertThat(ended.text()).contains("ends: The session ends.");
  }

  @Test
  void whereThereIsNoTerminalThereAreLinesOnly() throws Exception {
    Ended ended =
        end(
            command("t0ken", "--coordinator", NOBODY, "--program", ANY, "--idle-exit", "200ms")
                .start());
    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.text()).doesNotContain("\r").doesNotContain("\u001b");
    assertThat(ended.text().lines())
        .allMatch(line -> line.matches("\\d\\d:\\d\\d:\\d\\d worker-\\S+  .*"));
  }

  @Test
  void aWorkerWithoutATokenIsToldHowToBringOne() throws Exception {
    Ended ended = end(command("").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text()).startsWith("A worker needs a token: put it into BATON_TOKEN");
  }

  @Test
  void aMistypedOptionIsAnsweredWithTheOneThatWasMeant() throws Exception {
    Ended ended = end(command("t0ken", "--coordinatr", NOBODY).start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text()).contains("Did you mean", "--coordinator?").hasLineCount(1);
  }

  @Test
  void anAddressThatIsNoneIsAMatterOfUse() throws Exception {
    Ended ended = end(command("t0ken", "--coordinator", "localhost:8642").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text()).startsWith("A coordinator is named like http://127.0.0.1:8642");
  }

  @Test
  void aNameThatCannotStandInAPathIsAMatterOfUse() throws Exception {
    Ended ended = end(command("t0ken", "--program", ANY, "--name", "anna/1").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text()).startsWith("A worker's name must be");
  }

  private ProcessBuilder onDevice(String kind) {
    ProcessBuilder builder = command("t0ken");
    builder.command().replaceAll(word -> word.equals("cpu") ? kind : word);
    return builder;
  }

  @Test
  void aDeviceThatDoesNotExistIsAMatterOfUse() throws Exception {
    Ended ended = end(onDevice("tpu").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text())
        .isEqualToIgnoringNewLines(
            "There is no kind of device named tpu: ask for cpu, gpu or best.");
  }

  @Test
  void aGpuThatIsNotThereIsTheMachinesTroubleBeforeAnyLease() throws Exception {
    Ended ended = end(onDevice("gpu").start());
    assumeThat(ended.text()).as("a machine without a GPU").contains("finds no GPU");
    assertThat(ended.code()).isEqualTo(4);
    assertThat(ended.text())
        .startsWith("PyTorch finds no GPU on this machine. Switch the runtime")
        .hasLineCount(1);
  }

  @Test
  void aProgramWithoutANameIsAMatterOfUse() throws Exception {
    Ended ended = end(command("t0ken", "--program", "python train.py").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text())
        .isEqualToIgnoringNewLines(
            "A program is given as NAME='python train.py', not as python train.py.");
    assertThat(folder.resolve("spool")).isEmptyDirectory();
  }

  @Test
  void aWorkerWithoutAnyProgramIsToldHowToBringOne() throws Exception {
    Ended ended = end(command("t0ken").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text())
        .isEqualToIgnoringNewLines(
            "This worker has no program: give it a script with --program, or a jar with"
                + " --program-jar.");
    assertThat(folder.resolve("spool")).isEmptyDirectory();
  }

  @Test
  void aProgramJarThatIsNotThereIsAMatterOfUse() throws Exception {
    Ended ended = end(command("t0ken", "--program-jar", "none.jar").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text())
        .isEqualToIgnoringNewLines("There is no jar none.jar that can be read.");
  }

  @Test
  void twoProgramsOfOneNameAreAMatterOfUse() throws Exception {
    Ended ended = end(command("t0ken", "--program", "a=one", "--program", "a=two").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text()).isEqualToIgnoringNewLines("Two programs have the name a.");
  }

  @Test
  void aMistypedCommandIsToldBeforeAnyLease() throws Exception {
    Ended ended = end(command("t0ken", "--program", "digits=pyhton3 train.py").start());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.text())
        .isEqualToIgnoringNewLines(
            "The program digits cannot be started: there is no command pyhton3 on this machine."
                + " Correct 'pyhton3 train.py', and start the worker again.");
  }

  @Test
  void aMachineThatIsNotSignedInToGoogleIsToldHow() throws Exception {
    ProcessBuilder builder = command("t0ken", "--store", "drive");
    builder.command().removeAll(List.of("--store-dir", folder.resolve("store").toString()));
    builder.environment().remove("TBE_EPHEM_CREDS_ADDR");
    builder.environment().put("GOOGLE_APPLICATION_CREDENTIALS", folder.resolve("none").toString());
    Ended ended = end(builder.start());
    assertThat(ended.code()).isEqualTo(4);
    assertThat(ended.text())
        .startsWith("This machine has no usable Google sign-in for Drive. Run 'gcloud auth")
        .hasLineCount(1);
  }

  @Test
  void aStoreThatCannotBeOpenedIsTheMachinesTrouble() throws Exception {
    Files.writeString(folder.resolve("store"), "a file");
    Ended ended = end(command("t0ken").start());
    assertThat(ended.code()).isEqualTo(4);
    assertThat(ended.text()).contains("The store at ").doesNotContain("\tat ");
  }
}
