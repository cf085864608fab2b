package baton.cli.verify;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.Tensor;
import baton.storage.CheckpointStore;
import baton.worker.checkpoint.Checkpoints;
import baton.worker.checkpoint.ManifestDraft;
import baton.worker.checkpoint.StoredCheckpoint;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A small job in a store, saved as a worker saves: one checkpoint for each epoch and lease. */
final class StoredJob {
  static final JobId ID = new JobId("job-1");

  private final Checkpoints checkpoints;
  private final JobId id;
  private final List<StoredCheckpoint> saved = new ArrayList<>();

  StoredJob(JobId id, CheckpointStore store, Path spool) {
    this.id = id;
    this.checkpoints = new Checkpoints(store, spool);
  }

  /** Saves the next epoch under the next lease. */
  StoredCheckpoint save(String threads) throws Exception {
    Optional<StoredCheckpoint> parent =
        saved.isEmpty() ? Optional.empty() : Optional.of(saved.get(saved.size() - 1));
    StoredCheckpoint next = save(parent, saved.size() + 1, threads);
    saved.add(next);
    return next;
  }

  StoredCheckpoint save(Optional<StoredCheckpoint> parent, int epoch, String threads)
      throws Exception {
    ManifestDraft draft =
        new ManifestDraft(
            id,
            JobSpec.of("digits-" + id, "digits", 24).withSeed(7),
            new Fence(epoch),
            0,
            parent.map(p -> p.checkpoint().digest()),
            parent.map(p -> p.manifest().files()).orElse(List.of()),
            Optional.empty(),
            Sha256.ofText("layers"),
            Map.of("device", "cpu", "threads", threads),
            List.of(),
            new SessionId("session-" + epoch),
            Instant.parse("2026-01-02T03:04:05Z"));
    return checkpoints.save(draft, state(epoch), bytes -> {});
  }

  /** From the first to the head. */
  List<StoredCheckpoint> saved() {
    return saved;
  }

  private Snapshot state(int epoch) {
    return new Snapshot() {
      @Override
      public Position position() {
        return Position.ofEpochs(epoch);
      }

      @Override
      public void writeTo(SnapshotSink sink) throws IOException {
        Path folder = sink.folder();
        ByteBuffer weights = ByteBuffer.wrap(new byte[] {1, 2, 3, (byte) epoch});
        Tensor tensor = Tensor.of("U8", List.of(4L), weights);
        Safetensors.write(
            folder.resolve("model.safetensors"), new TreeMap<>(Map.of("w", tensor)), Map.of());
        Files.writeString(folder.resolve("state.json"), "{\"step\":" + epoch + "}");
      }
    };
  }
}
