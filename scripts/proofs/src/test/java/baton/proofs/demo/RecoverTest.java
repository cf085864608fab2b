package baton.proofs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A coordinator that is lost with all it knew, and the relay that goes on from the store alone. */
@Tag("proof")
class RecoverTest {
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
  void theRelayGoesOnFromTheStoreAloneAndEndsAsIfNothingHadHappened(boolean onDrive)
      throws IOException {
    try (DemoSetup stage = new DemoSetup(folder, onDrive, told::add)) {
      Sha256 unbroken = Unbroken.train(stage, SEED, EPOCHS);
      JobId job = stage.submit("relay", SEED, EPOCHS, EPOCHS);
      DemoWorker first = DemoWorker.enters("anna", stage, words.all(), LEAST_PER_BATCH);
      words.await(first, Position.ofEpochs(1));
      await().atMost(PATIENCE).until(() -> stage.site.job(job).head() != null);
      Position acknowledged = stage.site.job(job).head().position();
      stage.coordinator.kill();
      first.kill();
      loseAllButTheSignIn(stage.coordinator.data());

      List<String> lines = recover(stage, onDrive);
      stage.coordinator.start();

      assertThat(lines).as("%s", lines).anyMatch(line -> line.matches("2 of 2 jobs taken up.*"));
      JobView recovered = stage.site.job(job);
      assertThat(recovered.state()).isEqualTo("WAITING");
      assertThat(recovered.head().position()).isGreaterThanOrEqualTo(acknowledged);
      assertThat(recovered.spec().epochs()).isEqualTo(EPOCHS);

      DemoWorker second = DemoWorker.enters("ben", stage, words.all());
      try {
        JobView complete = stage.site.complete(job);

        assertThat(complete.head().stateDigest()).isEqualTo(unbroken);
        assertThat(checkpoints(stage, job))
            .as("its history is whole")
            .extracting(row -> row.checkpoint().position())
            .isSorted()
            .hasSizeGreaterThan(1);
      } finally {
        second.kill();
      }
    }
  }

  @Test
  void anEmptyStoreIsToldAndChangesNothing() throws IOException {
    Path store = Files.createDirectory(folder.resolve("store"));

    Typed typed =
        Typed.run(
            Map.of(),
            "recover",
            List.of("--store", "directory", "--store-dir", store.toString()),
            folder.resolve("data"));

    assertThat(typed.code()).isNotZero();
    assertThat(typed.lines()).anyMatch(line -> line.contains("There is no store at"));
  }

  private List<CheckpointView> checkpoints(DemoSetup stage, JobId job) {
    return stage.ask("viewer", client -> client.checkpoints(job));
  }

  private List<String> recover(DemoSetup stage, boolean onDrive) {
    List<String> where = new ArrayList<>();
    where.addAll(List.of("--store", onDrive ? "drive" : "directory"));
    if (!onDrive) {
      where.addAll(stage.store.workerArguments());
    }
    return Typed.run(stage.store.workerEnvironment(), "recover", where, stage.coordinator.data())
        .lines();
  }

  /** A person would sign in to Drive again; that is shown elsewhere. */
  private static void loseAllButTheSignIn(Path data) throws IOException {
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(data) && !path.endsWith("drive.json")) {
          Files.delete(path);
        }
      }
    }
  }
}
