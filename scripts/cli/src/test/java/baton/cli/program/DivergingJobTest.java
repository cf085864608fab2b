package baton.cli.program;

import static org.assertj.core.api.Assertions.assertThat;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.JavaProcess;
import baton.protocol.JobSpec;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.message.JobView;
import baton.worker.WorkerMain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job whose loss is no number, on a real coordinator and with real workers. */
@Tag("proof")
@Timeout(180)
class DivergingJobTest {
  private static final List<String> FLAGS =
      List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  private static final int ENDED_BY_ITS_PROGRAM = 5;

  @TempDir Path folder;

  @Test
  void theSameErrorFromThreeSessionsFailsTheJobAndStandsInItsStatus() throws Exception {
    Path store = Files.createDirectories(folder.resolve("store"));
    try (CoordinatorServer coordinator =
        new CoordinatorServer(folder, Optional.of(store), line -> {})) {
      coordinator.start();
      Files.writeString(folder.resolve("token"), coordinator.token("worker"));
      CoordinatorClient admin = coordinator.client("admin");
      JobSpec spec =
          JobSpec.of("diverging", "digits", 3)
              .withParameters(Map.of("learningRate", 1e30))
              .withSeed(42);
      JobView job = admin.submit(spec, Optional.empty());

      for (int session = 1; session <= 3; session++) {
        assertThat(admin.job(job.id()).state())
            .as("before session %d", session)
            .isEqualTo("WAITING");
        assertThat(endOfAWorker(coordinator, store)).isEqualTo(ENDED_BY_ITS_PROGRAM);
      }

      assertThat(admin.job(job.id()).state()).isEqualTo("FAILED");
      assertThat(admin.job(job.id()).head()).isNull();
      assertThat(admin.statusText()).contains("The loss of digits is NaN at e0-b");
    }
  }

  private int endOfAWorker(CoordinatorServer coordinator, Path store) {
    List<String> said = new CopyOnWriteArrayList<>();
    JavaProcess worker =
        JavaProcess.start(
            WorkerMain.class,
            FLAGS,
            List.of(
                "--coordinator",
                coordinator.uri().toString(),
                "--token-file",
                folder.resolve("token").toString(),
                "--store-dir",
                store.toString(),
                "--spool",
                folder.resolve("spool").toString(),
                "--device",
                "cpu",
                "--once"),
            Map.of("OMP_WAIT_POLICY", "passive"),
            said::add);
    try {
      return worker.awaitEnd();
    } finally {
      worker.kill();
    }
  }
}
