package baton.proofs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.message.JobView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A back-up is taken, training goes on, and the database is lost; twice, with one back-up. */
@Tag("proof")
class RestoreTest {
  private static final int EPOCHS = 8;

  /** So slow that a worker is killed long before it is done. */
  private static final String LEAST_PER_BATCH = "--batch-takes=20ms";

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final long SEED = 7;

  @TempDir Path folder;
  private final Words words = new Words();
  private final List<String> told = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatTheStoreHoldsBeyondTheBackupIsAdoptedAndNoFenceIsIssuedTwice(boolean onDrive)
      throws IOException {
    try (DemoSetup stage = new DemoSetup(folder, onDrive, told::add)) {
      Sha256 unbroken = Unbroken.train(stage, SEED, EPOCHS);
      JobId job = stage.submit("relay", SEED, EPOCHS, EPOCHS);
      DemoWorker first = DemoWorker.enters("anna", stage, words.all(), LEAST_PER_BATCH);
      await().atMost(PATIENCE).until(() -> stage.site.job(job).head() != null);
      Path backup = folder.resolve("backup.db");
      assertThat(type(stage, "backup", List.of(backup.toString())).code()).isZero();
      Position backedUp = stage.site.job(job).head().position();

      JobView beforeFirst = trainsOn(stage, job, first, backedUp);
      Typed restored = restore(stage, backup, onDrive);
      JobView afterFirst = stage.site.job(job);

      assertThat(restored.lines())
          .as("%s", restored)
          .anyMatch(
              line -> line.startsWith("relay: waiting at e") && line.contains("Its head is at"));
      assertThat(afterFirst.head().position())
          .isGreaterThanOrEqualTo(beforeFirst.head().position());
      assertThat(afterFirst.state()).isEqualTo("WAITING");

      DemoWorker second = DemoWorker.enters("ben", stage, words.all(), LEAST_PER_BATCH);
      JobView beforeSecond = trainsOn(stage, job, second, afterFirst.head().position());
      restore(stage, backup, onDrive);

      DemoWorker third = DemoWorker.enters("carol", stage, words.all());
      try {
        JobView complete = stage.site.complete(job);
        assertThat(complete.head().stateDigest()).isEqualTo(unbroken);
        assertThat(List.of(beforeFirst.fence(), beforeSecond.fence(), complete.fence()))
            .as("one back-up, restored twice")
            .isSorted()
            .doesNotHaveDuplicates()
            .extracting(Fence::incarnation)
            .doesNotHaveDuplicates();
      } finally {
        third.kill();
      }
    }
  }

  /** Trains until a head beyond {@code position} is acknowledged, then both die. */
  private JobView trainsOn(DemoSetup stage, JobId job, DemoWorker worker, Position position) {
    words.await(worker, position);
    await().atMost(PATIENCE).until(() -> stage.site.job(job).head().position().isAfter(position));
    JobView before = stage.site.job(job);
    stage.coordinator.kill();
    worker.kill();
    return before;
  }

  private Typed restore(DemoSetup stage, Path backup, boolean onDrive) {
    List<String> arguments = new ArrayList<>(List.of(backup.toString(), "--replace"));
    arguments.addAll(onDrive ? List.of("--store", "drive") : stage.store.workerArguments());
    Typed typed = type(stage, "restore", arguments);
    assertThat(typed.code()).as("%s", typed).isZero();
    stage.coordinator.start();
    return typed;
  }

  private static Typed type(DemoSetup stage, String command, List<String> arguments) {
    return Typed.run(stage.store.workerEnvironment(), command, arguments, stage.coordinator.data());
  }
}
