package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ai.djl.engine.Engine;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StateDigest;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotMemoryTest {
  private static final JobSpec JOB = Track.job(1, 2, Map.of());
  private static final LongSupplier PLENTY = () -> Long.MAX_VALUE;

  @TempDir Path folder;
  private final List<ByteBuffer> reserved = new ArrayList<>();

  @Test
  void allMemoryIsReservedBeforeTrainingAndNoneWhileItGoesOn() throws Exception {
    try (Run run = Track.fresh(program(new Memory(this::reserve, PLENTY)), JOB)) {
      int before = reserved.size();
      assertThat(run.snapshotsAtATime()).isEqualTo(2);

      for (int copy = 0; copy < 5; copy++) {
        run.step();
        run.snapshot().release();
      }

      assertThat(before).isPositive();
      assertThat(reserved).hasSize(before);
    }
  }

  @Test
  void aReleasedSnapshotsPlaceIsWrittenAgainAndTheOthersIsNot() throws Exception {
    Track track = new Track(folder);
    try (Run run = Track.fresh(program(new Memory(this::reserve, PLENTY)), JOB)) {
      run.step();
      Snapshot beingSaved = run.snapshot();
      var asTaken = StateDigest.of(track.save(beingSaved));
      run.step();
      run.snapshot().release();
      run.step();
      Snapshot newer = run.snapshot();

      assertThat(StateDigest.of(track.save(beingSaved))).isEqualTo(asTaken);
      assertThat(StateDigest.of(track.save(newer))).isEqualTo(track.digest(run));
      assertThat(newer.position()).isEqualTo(new Position(0, 3));
    }
  }

  @Test
  void whoHoldsMoreSnapshotsThanThereArePlacesStillOverwritesNone() throws Exception {
    Track track = new Track(folder);
    try (Run run = Track.fresh(program(new Memory(this::reserve, PLENTY)), JOB)) {
      Snapshot first = run.snapshot();
      var asTaken = StateDigest.of(track.save(first));
      for (int copy = 0; copy < 3; copy++) {
        run.step();
        run.snapshot();
      }

      assertThat(StateDigest.of(track.save(first))).isEqualTo(asTaken);
    }
  }

  @Test
  void aRunThatEndsGivesItsMemoryBackAtOnceAndACopyInUseLater() throws Exception {
    List<WeakReference<ByteBuffer>> places = new ArrayList<>();
    Memory watched =
        new Memory(
            bytes -> {
              ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
              places.add(new WeakReference<>(buffer));
              return buffer;
            },
            PLENTY);
    Track track = new Track(folder);
    Run run = Track.fresh(program(watched), JOB);
    Snapshot beingSaved = run.snapshot();
    var asTaken = StateDigest.of(track.save(beingSaved));

    run.close();

    int half = places.size() / 2;
    await().until(() -> places.stream().filter(p -> p.get() == null).count() == half);
    assertThat(StateDigest.of(track.save(beingSaved))).isEqualTo(asTaken);
  }

  @Test
  void whereMemoryIsShortThereIsRoomForOneCopy() throws Exception {
    Track.fresh(program(new Memory(this::reserve, PLENTY)), JOB).close();
    int forOneCopy = reserved.size() / 2;
    reserved.clear();
    Memory small =
        new Memory(
            bytes -> {
              if (reserved.size() == forOneCopy) {
                throw new OutOfMemoryError("Cannot reserve direct buffer memory");
              }
              return reserve(bytes);
            },
            PLENTY);

    assertOneCopy(small);
  }

  @Test
  void memoryThatTheMachineHasOnlyPromisedIsNotCountedOn() throws Exception {
    long[] available = {Long.MAX_VALUE, 100};
    int[] asked = {0};

    assertOneCopy(new Memory(this::reserve, () -> available[asked[0]++]));
  }

  @Test
  void withoutMemoryForACopyTheMachineSaysHowMuchItTakes() {
    Memory none =
        new Memory(
            bytes -> {
              throw new OutOfMemoryError("Cannot reserve direct buffer memory");
            },
            PLENTY);

    Trouble trouble =
        catchThrowableOfType(TroubleException.class, () -> Track.fresh(program(none), JOB))
            .trouble();

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.MACHINE);
    assertThat(trouble.message())
        .isEqualTo(
            "This machine has no memory for a copy of the training's state (1 MB), so it cannot"
                + " save.");
    assertThat(trouble.remedy()).contains("MaxDirectMemorySize");
  }

  @Test
  void memoryThatRunsOutWhileCopyingIsTheMachinesTrouble() throws Exception {
    boolean[] out = {false};
    Memory shrinking =
        new Memory(
            bytes -> {
              if (out[0]) {
                throw new OutOfMemoryError("Cannot reserve direct buffer memory");
              }
              return reserve(bytes);
            },
            PLENTY);
    try (Run run = Track.fresh(program(shrinking), JOB)) {
      run.snapshot();
      run.snapshot();
      out[0] = true;

      Trouble trouble = catchThrowableOfType(TroubleException.class, run::snapshot).trouble();

      assertThat(trouble.kind()).isEqualTo(Trouble.Kind.MACHINE);
      assertThat(trouble.message()).startsWith("Memory ran out while copying the state of tiny");
    }
  }

  @Test
  void linuxTellsWhatIsAvailableAndElsewhereNobodyDoes() throws Exception {
    Path told =
        Files.writeString(
            folder.resolve("meminfo"), "MemTotal: 9 kB\nMemAvailable:    2048 kB\nSwap: 1 kB\n");

    assertThat(Memory.availableBy(told)).isEqualTo(2 << 20);
    assertThat(Memory.availableBy(folder.resolve("none"))).isEqualTo(Long.MAX_VALUE);
  }

  private void assertOneCopy(Memory memory) throws Exception {
    Track track = new Track(folder);
    try (Run run = Track.fresh(program(memory), JOB)) {
      assertThat(run.snapshotsAtATime()).isEqualTo(1);
      run.step();
      Snapshot only = run.snapshot();
      assertThat(StateDigest.of(track.save(only))).isNotNull();
      only.release();
      run.step();
      assertThat(track.save(run.snapshot())).isDirectory();
    }
  }

  private ByteBuffer reserve(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    reserved.add(buffer);
    return buffer;
  }

  private static DjlProgram program(Memory memory) {
    return new DjlProgram("tiny", TinyImages::new, Track.torch(), Engine::setRandomSeed, memory);
  }
}
