package baton.worker;

import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StateFile;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A program whose whole state is one number, which every batch and its order change. */
final class Counter implements Program {
  static final int BATCHES = 5;

  private final BeforeBatch beforeBatch;
  private volatile Optional<Path> data = Optional.empty();
  private final boolean comesBack;

  /** What a test wants to happen before the batch that begins at a position. */
  interface BeforeBatch {
    void at(Position position) throws TroubleException;
  }

  Counter(BeforeBatch beforeBatch) {
    this(beforeBatch, false);
  }

  /**
   * @param comesBack whether an interrupt ends what {@code beforeBatch} waits for
   */
  Counter(BeforeBatch beforeBatch, boolean comesBack) {
    this.beforeBatch = beforeBatch;
    this.comesBack = comesBack;
  }

  /** What it was handed to train on. */
  Optional<Path> data() {
    return data;
  }

  @Override
  public boolean comesBackWhenInterrupted() {
    return comesBack;
  }

  @Override
  public String name() {
    return "counter";
  }

  @Override
  public Run start(Start start) {
    data = start.data();
    long value = start.files().map(Counter::read).orElse(start.spec().seed());
    return new Counting(start.spec(), start.position(), value);
  }

  private static long read(Path files) {
    try {
      return Long.parseLong(Files.readString(files.resolve("state.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Counting implements Run {
    private final JobSpec spec;
    private final Thread owner = Thread.currentThread();
    private Position position;
    private long value;

    Counting(JobSpec spec, Position position, long value) {
      this.spec = spec;
      this.position = position;
      this.value = value;
    }

    @Override
    public Position position() {
      return position;
    }

    @Override
    public int batchesPerEpoch() {
      return BATCHES;
    }

    @Override
    public Step step() throws TroubleException {
      requireOwner();
      if (!spec.end().isAfter(position)) {
        throw new IllegalStateException("trained past the end, at " + position);
      }
      beforeBatch.at(position);
      value = (value ^ position.epoch() * 1_000L + position.batch()) * 0x9E3779B97F4A7C15L;
      position =
          position.batch() + 1 == BATCHES
              ? new Position(position.epoch() + 1, 0)
              : new Position(position.epoch(), position.batch() + 1);
      return new Step(position, 1.0 / (1 + position.epoch()), Optional.empty());
    }

    @Override
    public Measurement evaluate() {
      requireOwner();
      return new Measurement(position, Map.of("accuracy", 0.5));
    }

    @Override
    public Snapshot snapshot() {
      requireOwner();
      return new Copy(position, value);
    }

    private void requireOwner() {
      if (Thread.currentThread() != owner) {
        throw new IllegalStateException("a run belongs to one thread");
      }
    }

    @Override
    public Sha256 architectureHash() {
      return Sha256.ofText("one number");
    }

    @Override
    public Map<String, String> numericProfile() {
      return Map.of("threads", "1");
    }

    @Override
    public void close() {
      requireOwner();
    }
  }

  private record Copy(Position position, long value) implements Snapshot {
    @Override
    public void writeTo(SnapshotSink sink) throws IOException {
      ByteBuffer data = ByteBuffer.allocate(Long.BYTES).putLong(value).flip();
      Tensor tensor = Tensor.of("U8", List.of((long) Long.BYTES), data);
      sink.take(
          StateFile.of("model.safetensors", new TreeMap<>(Map.of("value", tensor)), Map.of()));
      sink.take(StateFile.of("state.json", Long.toString(value).getBytes(StandardCharsets.UTF_8)));
    }
  }
}
