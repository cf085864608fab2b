package baton.worker.checkpoint;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** States of a small training run, for tests. */
final class States {
  private States() {}

  /** A state whose optimizer and step differ with {@code epoch}; the model's layers are frozen. */
  static Snapshot after(int epoch) {
    return new Snapshot() {
      @Override
      public Position position() {
        return Position.ofEpochs(epoch);
      }

      @Override
      public void writeTo(SnapshotSink sink) throws IOException {
        Path folder = sink.folder();
        write(folder, "model.safetensors", "frozen weights");
        write(folder, "optimizer.safetensors", "momentum " + epoch);
        Files.writeString(folder.resolve("state.json"), "{\"step\":" + epoch + "}");
      }
    };
  }

  private static void write(Path folder, String name, String bytes) throws IOException {
    ByteBuffer data = ByteBuffer.wrap(bytes.getBytes(StandardCharsets.UTF_8));
    Tensor tensor = Tensor.of("U8", List.of((long) data.remaining()), data);
    Safetensors.write(folder.resolve(name), new TreeMap<>(Map.of("t", tensor)), Map.of());
  }

  /** Writes a file with one tensor of these numbers, named {@code w}. */
  static void writeFloats(Path folder, String name, float... numbers) throws IOException {
    Safetensors.write(folder.resolve(name), floats(numbers), Map.of());
  }

  /** One tensor of these numbers, named {@code w}. */
  static SortedMap<String, Tensor> floats(float... numbers) {
    ByteBuffer data = ByteBuffer.allocate(numbers.length * Float.BYTES);
    data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(numbers);
    return new TreeMap<>(Map.of("w", Tensor.of("F32", List.of((long) numbers.length), data)));
  }

  /** A snapshot at epoch 1 that does what {@code body} does. */
  static Snapshot writing(Body body) {
    return new Snapshot() {
      @Override
      public Position position() {
        return Position.ofEpochs(1);
      }

      @Override
      public void writeTo(SnapshotSink sink) throws IOException {
        body.writeTo(sink.folder());
      }
    };
  }

  interface Body {
    void writeTo(Path folder) throws IOException;
  }

  static ManifestDraft draft(int counter, Optional<StoredCheckpoint> parent) {
    return new ManifestDraft(
        new JobId("job-1"),
        JobSpec.of("digits", "digits", 24).withParameters(Map.of("rate", 0.1)).withSeed(7),
        new Fence(3),
        counter,
        parent.map(p -> p.checkpoint().digest()),
        parent.map(p -> p.manifest().files()).orElse(List.of()),
        Optional.empty(),
        Sha256.ofText("layers"),
        Map.of("threads", "1"),
        List.of(new Measurement(Position.ofEpochs(1), Map.of("loss", 0.5))),
        new SessionId("session-1"),
        Instant.parse("2026-01-02T03:04:05Z"));
  }

  /** The same draft, all of whose files are stored anew. */
  static ManifestDraft withNothingInStore(ManifestDraft draft) {
    return copy(draft, List.of(), draft.time());
  }

  /** The same draft, written by another clock. */
  static ManifestDraft at(ManifestDraft draft, Instant time) {
    return copy(draft, draft.inStore(), time);
  }

  private static ManifestDraft copy(ManifestDraft draft, List<FileEntry> inStore, Instant time) {
    return new ManifestDraft(
        draft.job(),
        draft.spec(),
        draft.fence(),
        draft.counter(),
        draft.parent(),
        inStore,
        draft.dataDigest(),
        draft.architectureHash(),
        draft.numericProfile(),
        draft.measurements(),
        draft.session(),
        time);
  }
}
