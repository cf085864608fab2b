package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Cadence;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Retention;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StateFile;
import baton.protocol.checkpoint.Tensor;
import baton.storage.directory.DirectoryStore;
import baton.worker.checkpoint.Checkpoints;
import baton.worker.checkpoint.ManifestDraft;
import baton.worker.segment.Action;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.SegmentSettings;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import baton.worker.segment.TroubleException;
import baton.worker.train.TorchEngine;
import baton.worker.train.TorchSettings;
import example.spirals.SpiralPrograms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a job and its head when a program, its state or the machine is not well. */
class BadDaysTest {
  @TempDir Path folder;

  @Test
  void aProgramThatThrowsInItsThirdEpochLeavesTheHeadAtTheSecond() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job("counter", Map.of()));
    Counter throwing =
        new Counter(
            position -> {
              if (position.equals(new Position(2, 3))) {
                throw new IllegalStateException("row 8125 has no label");
              }
            });

    Trouble first = troubleOfASession(coordinator, throwing);
    Trouble second = troubleOfASession(coordinator, throwing);

    assertThat(first.kind()).isEqualTo(Trouble.Kind.PROGRAM);
    assertThat(first.message())
        .isEqualTo("The program failed: IllegalStateException: row 8125 has no label.");
    assertThat(second).as("the budget of R11 counts equal errors").isEqualTo(first);
    assertThat(coordinator.position()).isEqualTo(Position.ofEpochs(2));
  }

  @Test
  void aLossThatTurnsNanIsTheSameSentenceInEverySession() throws Exception {
    JobSpec diverging = job("spirals", Map.of("learningRate", 1e30));
    MemoryCoordinator coordinator = new MemoryCoordinator(diverging);
    TorchEngine torch = new TorchEngine(new TorchSettings(1, Optional.empty(), Map.of()));
    Program spirals = new SpiralPrograms().programs(torch).get(0);

    Trouble first = troubleOfASession(coordinator, spirals);
    Trouble second = troubleOfASession(coordinator, spirals);

    assertThat(first.kind()).isEqualTo(Trouble.Kind.PROGRAM);
    assertThat(first.message()).matches("The loss of spirals is NaN at e0-b\\d+\\.");
    assertThat(first.remedy()).contains("learningRate");
    assertThat(second).isEqualTo(first);
    assertThat(coordinator.head()).isEmpty();
  }

  @Test
  void weightsThatTurnNanNeverBecomeTheHead() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job("counter", Map.of()));
    Program sick =
        new Sick(at -> at.epoch() < 2 ? new Weight(at, 0.5f) : new Weight(at, Float.NaN));

    Trouble trouble = troubleOfASession(coordinator, sick);

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.PROGRAM);
    assertThat(trouble.message())
        .matches("The tensor w in model.safetensors holds NaN at e[234]-b0, so nothing was saved.");
    assertThat(coordinator.position()).isEqualTo(Position.ofEpochs(1));
  }

  @Test
  void memoryThatRunsOutWhileCopyingIsTheMachinesErrorAndTheHeadStays() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job("counter", Map.of()));
    Program sick =
        new Sick(
            at -> {
              if (at.epoch() == 2) {
                throw new OutOfMemoryError("Cannot reserve 300000000 bytes");
              }
              return new Weight(at, 0.5f);
            });

    Trouble trouble = troubleOfASession(coordinator, sick);

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.MACHINE);
    assertThat(trouble.message()).isEqualTo("This machine ran out of memory.");
    assertThat(coordinator.position()).isEqualTo(Position.ofEpochs(1));
  }

  @Test
  void aHeadThatBelongsToAnotherJobIsNotTrainedFrom() throws Exception {
    JobSpec spec = job("counter", Map.of());
    Checkpoint foreign =
        new Checkpoints(store(), folder.resolve("elsewhere"))
            .save(draft(spec, new JobId("job-9")), new Weight(Position.ofEpochs(1), 1f), b -> {})
            .checkpoint();
    MemoryCoordinator coordinator = new MemoryCoordinator(spec).beginsAt(foreign);

    Trouble trouble = troubleOfASession(coordinator, new Counter(position -> {}));

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.PROGRAM);
    assertThat(trouble.message()).endsWith("is a checkpoint of the job job-9, not job-1.");
    assertThat(coordinator.head()).contains(foreign);
  }

  private static ManifestDraft draft(JobSpec spec, JobId job) {
    return new ManifestDraft(
        job,
        spec,
        new Fence(1),
        0,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Sha256.ofText("one number"),
        Map.of(),
        List.of(),
        new SessionId("session-9"),
        Instant.parse("2026-01-02T03:04:05Z"));
  }

  /** The one with which a session of one lease gives it back. */
  private Trouble troubleOfASession(MemoryCoordinator coordinator, Program program)
      throws Exception {
    try (Worker worker = worker(coordinator, program)) {
      worker.run();
    }
    List<Action.Release> releases = coordinator.releases();
    return releases.get(releases.size() - 1).trouble().orElseThrow();
  }

  private Worker worker(MemoryCoordinator coordinator, Program program) throws Exception {
    return new Worker(
        new Worker.Parts(
            coordinator,
            OpenedStore.of(store()),
            List.of(program),
            "cpu",
            Scratch.in(folder.resolve("scratch")),
            Caches.in(folder.resolve("cache"))),
        "anna",
        SegmentSettings.DEFAULT.forOneLease(),
        new Nobody(),
        new SecureRandom());
  }

  private DirectoryStore store() throws Exception {
    return DirectoryStore.open(folder.resolve("store"), () -> new StoreId("store-1"));
  }

  private static JobSpec job(String program, Map<String, Object> parameters) {
    Policy p = Policy.DEFAULT;
    Policy policy =
        p.withTtl(Duration.ofSeconds(60))
            .withSegmentEpochs(1)
            .withCadence(Cadence.EVERY_EPOCH)
            .keeping(3, Retention.NEWEST_ONLY);
    return JobSpec.of("sick", program, 4)
        .withParameters(parameters)
        .withSeed(42)
        .withPolicy(policy);
  }

  /** A program of one batch an epoch, whose copies a test makes. */
  private record Sick(Copies copies) implements Program {
    /** What a copy at a position is. */
    interface Copies {
      Snapshot at(Position position);
    }

    @Override
    public String name() {
      return "counter";
    }

    @Override
    public Run start(Start start) throws TroubleException {
      return new Run() {
        private Position position = start.position();

        @Override
        public Position position() {
          return position;
        }

        @Override
        public int batchesPerEpoch() {
          return 1;
        }

        @Override
        public Step step() {
          position = Position.ofEpochs(position.epoch() + 1);
          return new Step(position, 1, Optional.empty());
        }

        @Override
        public Measurement evaluate() {
          return new Measurement(position, Map.of());
        }

        @Override
        public Snapshot snapshot() {
          return copies.at(position);
        }

        @Override
        public Sha256 architectureHash() {
          return Sha256.ofText("one number");
        }

        @Override
        public Map<String, String> numericProfile() {
          return Map.of();
        }

        @Override
        public void close() {}
      };
    }
  }

  /** A state of one weight. */
  private record Weight(Position position, float value) implements Snapshot {
    @Override
    public void writeTo(SnapshotSink sink) throws IOException {
      ByteBuffer data = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      Tensor tensor = Tensor.of("F32", List.of(1L), data.putFloat(value).flip());
      sink.take(StateFile.of("model.safetensors", new TreeMap<>(Map.of("w", tensor)), Map.of()));
    }
  }
}
