package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.storage.directory.DirectoryStore;
import baton.worker.segment.SegmentSettings;
import baton.worker.train.Track;
import example.spirals.SpiralPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole session whose program sees no progress and ends the job before its last epoch. */
@Timeout(60)
class EarlyStopTest {
  @TempDir Path folder;

  @Test
  void aJobThatGetsNoBetterIsCompleteAndItsLastCheckpointSaysWhichWasTheBest() throws Exception {
    Map<String, Object> learnsNothing =
        Map.of("patience", 2, "learningRate", 1e-30, "batchSize", 400);
    MemoryCoordinator coordinator =
        new MemoryCoordinator(
            JobSpec.of("flat", "spirals", 50).withParameters(learnsNothing).withSeed(3));

    train(coordinator);

    assertThat(coordinator.isComplete()).isTrue();
    Manifest last =
        ManifestJson.read(
            Files.readString(
                folder
                    .resolve("store")
                    .resolve(coordinator.head().orElseThrow().folder())
                    .resolve(Manifest.FILE_NAME)));
    // A save that took longer than an epoch leaves its measurements to the next one.
    Measurement measured = last.measurements().get(last.measurements().size() - 1);
    Map<String, Double> values = measured.values();
    int best = values.get("accuracy.highestEpoch").intValue();
    assertThat(last.position()).isEqualTo(Position.ofEpochs(best + 2));
    assertThat(measured.position()).isEqualTo(last.position());
    assertThat(coordinator.finalReason())
        .hasValueSatisfying(
            reason ->
                assertThat(reason)
                    .matches(
                        "accuracy no better than 0\\.\\d+ \\(epoch %d\\) for 2 epochs"
                            .formatted(best)));
  }

  private void train(MemoryCoordinator coordinator) throws Exception {
    DirectoryStore store =
        DirectoryStore.open(folder.resolve("store"), () -> new StoreId("store-1"));
    Worker.Parts parts =
        new Worker.Parts(
            coordinator,
            OpenedStore.of(store),
            new SpiralPrograms().programs(Track.torch()),
            "cpu",
            Scratch.in(folder.resolve("scratch")),
            Caches.in(folder.resolve("cache")));
    try (Worker worker =
        new Worker(
            parts,
            "anna",
            SegmentSettings.DEFAULT.forOneLease(),
            new Nobody(),
            new SecureRandom())) {
      worker.run();
    }
  }
}
