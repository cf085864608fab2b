package baton.cli.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import baton.cli.command.RecoverCommand;
import baton.cli.command.VerifyCommand;
import baton.cli.process.CoordinatorServer;
import baton.cli.process.JavaProcess;
import baton.protocol.Measurement;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.Tensor;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.message.JobView;
import baton.testing.PlainPython;
import baton.worker.WorkerMain;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * A job that an older version of Baton left half done goes on, and ends as that version would have
 * ended it. The jobs lie in {@code half-done}; its README tells how they were made.
 */
@Tag("proof")
@Timeout(120)
class HalfDoneJobTest {
  private static final Path JOBS = Path.of("src/test/resources/baton/cli/program/half-done");
  private static final List<String> FLAGS =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  @TempDir Path folder;

  @BeforeAll
  static void withPython() {
    PlainPython.assume("HalfDoneJobTest");
  }

  @ParameterizedTest
  @CsvSource({"toy, UPGRADED", "toy, RECOVERED", "torch, RECOVERED"})
  void itGoesOnAndEndsAsTheOlderVersionWouldHaveEndedIt(String program, Coordinator way)
      throws Exception {
    String python = python(program);
    copy(JOBS.resolve(program));
    way.make(folder);

    JobView complete = trainedToItsEnd(program, python);

    Path end = folder.resolve("store").resolve(complete.head().folder());
    assertThat(model(end)).isEqualTo(model(folder.resolve("unbroken")));
    assertThat(lastMeasuredAt(end)).isEqualTo(lastMeasuredAt(folder.resolve("unbroken")));
    assertThat(told(new VerifyCommand(), "half", "--store-dir", folder.resolve("store").toString()))
        .contains("VERIFIED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"toy", "torch"})
  void itIsVerifiedAsItLies(String program) throws Exception {
    copy(JOBS.resolve(program));

    assertThat(told(new VerifyCommand(), "half", "--store-dir", folder.resolve("store").toString()))
        .contains("VERIFIED exact: trained under one numeric profile");
  }

  /** Who knows of the job. */
  enum Coordinator {
    UPGRADED {
      @Override
      void make(Path folder) throws IOException {
        Path data = Files.createDirectories(CoordinatorServer.data(folder));
        try (InputStream in =
            new GZIPInputStream(Files.newInputStream(folder.resolve("baton.db.gz")))) {
          Files.copy(in, data.resolve("baton.db"));
        }
      }
    },
    RECOVERED {
      @Override
      void make(Path folder) {
        String told =
            told(
                new RecoverCommand(),
                "--store",
                "directory",
                "--store-dir",
                folder.resolve("store").toString(),
                "--data",
                CoordinatorServer.data(folder).toString());
        assertThat(told).contains("WAITING at e1-b3 of 3 epochs", "1 of 1 jobs taken up");
      }
    };

    abstract void make(Path folder) throws IOException;
  }

  private JobView trainedToItsEnd(String program, String python) throws Exception {
    List<String> said = new CopyOnWriteArrayList<>();
    try (CoordinatorServer coordinator =
        new CoordinatorServer(folder, Optional.of(folder.resolve("store")), line -> {})) {
      coordinator.start();
      Files.writeString(folder.resolve("token"), coordinator.token("worker"));
      CoordinatorClient admin = coordinator.client("admin");
      JavaProcess worker = worker(coordinator, program, python, said);
      try {
        await()
            .atMost(Duration.ofSeconds(30))
            .failFast(() -> assertThat(worker.isAlive() || isDone(admin)).as("%s", said).isTrue())
            .untilAsserted(() -> assertThat(isDone(admin)).as("%s", said).isTrue());
      } finally {
        worker.kill();
      }
      assertThat(said).anyMatch(line -> line.endsWith("restored e1-b3"));
      return job(admin);
    }
  }

  private JavaProcess worker(
      CoordinatorServer coordinator, String program, String python, List<String> said) {
    return JavaProcess.start(
        WorkerMain.class,
        FLAGS,
        List.of(
            "--coordinator",
            coordinator.uri().toString(),
            "--token-file",
            folder.resolve("token").toString(),
            "--store-dir",
            folder.resolve("store").toString(),
            "--spool",
            folder.resolve("spool").toString(),
            "--program",
            "%s=%s '%s'".formatted(program, python, folder.resolve("train.py"))),
        Map.of("OMP_NUM_THREADS", "1", "OMP_WAIT_POLICY", "passive"),
        said::add);
  }

  private static boolean isDone(CoordinatorClient admin) throws Exception {
    return job(admin).state().equals("COMPLETE");
  }

  private static JobView job(CoordinatorClient admin) throws Exception {
    return admin.job(admin.jobs().get(0).id());
  }

  /** Of both files that may hold some of it; one that never changed lies where it was put first. */
  private Map<String, Tensor> model(Path checkpoint) throws IOException {
    Map<String, Tensor> model = new TreeMap<>();
    for (Manifest.FileEntry file : manifest(checkpoint).files()) {
      if (Set.of("model.safetensors", "frozen.safetensors").contains(file.name())) {
        Path beside = checkpoint.resolve(file.name());
        Path there = folder.resolve("store").resolve(file.storeId());
        if (Files.exists(beside) || Files.exists(there)) { // plain Python has no model
          model.putAll(Safetensors.open(Files.exists(beside) ? beside : there));
        }
      }
    }
    return model;
  }

  private static Measurement lastMeasuredAt(Path checkpoint) throws IOException {
    Manifest manifest = ManifestJson.read(Files.readString(checkpoint.resolve(Manifest.FILE_NAME)));
    return manifest.measurements().get(manifest.measurements().size() - 1);
  }

  private static Manifest manifest(Path checkpoint) throws IOException {
    return ManifestJson.read(Files.readString(checkpoint.resolve(Manifest.FILE_NAME)));
  }

  private static String told(Callable<Integer> command, String... arguments) {
    StringWriter told = new StringWriter();
    PrintWriter out = new PrintWriter(told);
    int code = new CommandLine(command).setOut(out).setErr(out).execute(arguments);
    assertThat(code).as(told.toString()).isZero();
    return told.toString();
  }

  /** The one of the test's machine that has what the script needs. */
  private static String python(String program) throws Exception {
    String python = System.getProperty("baton.python", "python3");
    boolean isThere =
        program.equals("toy")
            || new ProcessBuilder(python, "-c", "import torch").start().waitFor() == 0;
    if (!isThere) {
      System.out.println("SKIPPED HalfDoneJobTest of torch: it needs torch for " + python);
    }
    assumeTrue(isThere);
    return python;
  }

  private void copy(Path job) throws IOException {
    try (Stream<Path> all = Files.walk(job)) {
      for (Path path : all.toList()) {
        Path target = folder.resolve(job.relativize(path).toString());
        if (!target.equals(folder)) {
          Files.copy(path, target);
        }
      }
    }
  }
}
