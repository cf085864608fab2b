package baton.worker.checkpoint;

import static baton.storage.CheckpointStoreContract.UNWATCHED;
import static baton.storage.CheckpointStoreContract.assertKind;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StateFile;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.directory.DirectoryStore;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsSaveTest {
  private static final String FOLDER = "job-1/20260102-030405Z-e1-b0-f3-s0";

  @TempDir Path root;
  @TempDir Path spool;
  @TempDir Path other;
  private FaultyStore store;
  private Checkpoints checkpoints;
  private int counter;

  @BeforeEach
  void open() throws StoreException {
    store = new FaultyStore(DirectoryStore.open(root, () -> new StoreId("store-1")));
    checkpoints = new Checkpoints(store, spool);
  }

  @Test
  void theManifestIsWrittenLast() throws Exception {
    checkpoints.save(States.draft(0, Optional.empty()), States.after(1), UNWATCHED);

    assertThat(store.calls)
        .startsWith("createFolder")
        .endsWith("put manifest.json")
        .containsExactlyInAnyOrder(
            "createFolder",
            "put model.safetensors",
            "put optimizer.safetensors",
            "put state.json",
            "put job.json",
            "put manifest.json");
    assertThat(spool).isEmptyDirectory();
  }

  @Test
  void whatWasSubmittedIsToldOnceAndNeverOverwritten() throws Exception {
    StoredCheckpoint first = save(0, Optional.empty(), States.after(1));
    Path file = root.resolve("job-1").resolve(JobFile.FILE_NAME);
    assertThat(JobFile.read(Files.readString(file)).spec())
        .isEqualTo(States.draft(0, Optional.empty()).spec());
    Files.writeString(file, "edited");

    save(1, Optional.of(first), States.after(2));
    new Checkpoints(store, spool)
        .save(States.draft(2, Optional.of(first)), States.after(3), UNWATCHED);

    assertThat(file).hasContent("edited");
    assertThat(store.calls).filteredOn("put job.json"::equals).as("once a session").hasSize(2);
  }

  @Test
  void aProgramMayCallItsOwnFileAsItLikes() throws Exception {
    StoredCheckpoint saved =
        save(
            0,
            Optional.empty(),
            States.writing(f -> Files.writeString(f.resolve(JobFile.FILE_NAME), "mine")));

    assertThat(root.resolve(saved.checkpoint().folder()).resolve(JobFile.FILE_NAME))
        .hasContent("mine");
  }

  @Test
  void whatFindsNoRoomLeavesNothingBehind() throws Exception {
    store.hasRoomFor(10);

    assertKind(Kind.FULL, () -> save(0, Optional.empty(), States.after(1)));

    assertThat(store.calls).isEmpty();
    assertThat(spool).isEmptyDirectory();
  }

  @Test
  void whatIsInTheStoreAlreadyNeedsNoRoom() throws Exception {
    StoredCheckpoint first = save(0, Optional.empty(), States.after(1));
    store.hasRoomFor(0);

    save(1, Optional.of(first), States.after(1));
  }

  @Test
  void theCheckpointIsWhatLiesInTheStore() throws Exception {
    StoredCheckpoint saved = save(0, Optional.empty(), States.after(1));

    Path stored = root.resolve(FOLDER);
    Checkpoint checkpoint = saved.checkpoint();
    assertThat(stored.resolve("manifest.json")).hasContent(saved.text());
    assertThat(ManifestJson.read(saved.text())).isEqualTo(saved.manifest());
    assertThat(checkpoint.digest()).isEqualTo(ManifestJson.digest(saved.text()));
    assertThat(checkpoint.folder()).isEqualTo(FOLDER);
    assertThat(checkpoint.position()).isEqualTo(Position.ofEpochs(1));
    assertThat(checkpoint.fence()).isEqualTo(new Fence(3));
    assertThat(checkpoint.parent()).isEmpty();
    assertThat(checkpoint.stateDigest()).isEqualTo(StateDigest.of(stored));
    for (Manifest.FileEntry file : saved.manifest().files()) {
      assertThat(stored.resolve(file.name())).hasSize(file.size());
      assertThat(Sha256.ofFile(stored.resolve(file.name()))).isEqualTo(file.sha256());
    }
  }

  @Test
  void aSaveThatIsCutAtAnyStepLeavesNoManifest() throws Exception {
    for (Kind kind : new Kind[] {Kind.UNREACHABLE, Kind.FULL}) {
      for (int step = 0; step < 5; step++) {
        int counter = kind.ordinal() * 10 + step;
        store.calls.clear();
        store.failAt(step, kind);

        assertKind(kind, () -> save(counter, Optional.empty(), States.after(1)));

        assertThat(manifests()).as("cut at step %d", step).isZero();
        assertThat(spool).isEmptyDirectory();
      }
    }
  }

  @Test
  void aSaveThatIsAbandonedAtAnyByteLeavesNoManifest() throws Exception {
    AtomicLong whole = new AtomicLong();
    checkpoints.save(States.draft(0, Optional.empty()), States.after(1), whole::addAndGet);
    Files.delete(root.resolve(FOLDER).resolve("manifest.json"));
    for (int counter = 1; counter <= 4; counter++) {
      AtomicLong left = new AtomicLong(counter);
      ManifestDraft draft = States.draft(counter, Optional.empty());
      assertThatThrownBy(
              () ->
                  checkpoints.save(
                      draft,
                      States.after(1),
                      bytes -> {
                        if (left.decrementAndGet() == 0) {
                          throw new CancellationException("the lease has ended");
                        }
                      }))
          .isInstanceOf(CancellationException.class);
      assertThat(manifests()).isZero();
      assertThat(spool).isEmptyDirectory();
    }
    assertThat(whole.get()).isPositive();
  }

  @Test
  void anUnchangedFileCostsNoBytes() throws Exception {
    StoredCheckpoint first = save(0, Optional.empty(), States.after(1));
    store.calls.clear();

    StoredCheckpoint second = save(1, Optional.of(first), States.after(2));
    StoredCheckpoint third = save(2, Optional.of(second), States.after(3));

    assertThat(store.calls).doesNotContain("put model.safetensors");
    assertThat(second.checkpoint().parent()).contains(first.checkpoint().digest());
    assertThat(third.manifest().files().get(0).storeId()).isEqualTo(FOLDER + "/model.safetensors");
    assertThat(new Checkpoints(store, spool).restore(third.checkpoint(), other, UNWATCHED))
        .isEqualTo(third);
    assertThat(StateDigest.of(other)).isEqualTo(third.checkpoint().stateDigest());
  }

  @Test
  void anUnchangedFileThatTheUserDeletedIsStoredAnew() throws Exception {
    StoredCheckpoint first = save(0, Optional.empty(), States.after(1));
    Files.delete(root.resolve(FOLDER).resolve("model.safetensors"));

    StoredCheckpoint second = save(1, Optional.of(first), States.after(2));

    assertThat(second.manifest().files().get(0).storeId())
        .isEqualTo(second.checkpoint().folder() + "/model.safetensors");
    checkpoints.restore(second.checkpoint(), other, UNWATCHED);
    assertThat(StateDigest.of(other)).isEqualTo(second.checkpoint().stateDigest());
  }

  @Test
  void afterACheckFoundAStoredFileWrongAllIsStoredAnew() throws Exception {
    StoredCheckpoint first = save(0, Optional.empty(), States.after(1));
    ManifestDraft draft = States.withNothingInStore(States.draft(1, Optional.of(first)));

    StoredCheckpoint second = checkpoints.save(draft, States.after(2), UNWATCHED);

    assertThat(second.checkpoint().parent()).contains(first.checkpoint().digest());
    assertThat(second.manifest().files())
        .allMatch(file -> file.storeId().startsWith(second.checkpoint().folder() + "/"));
  }

  @Test
  void anExistingFolderIsAnError() throws Exception {
    save(0, Optional.empty(), States.after(1));
    String before = Files.readString(root.resolve(FOLDER).resolve("manifest.json"));

    assertKind(Kind.EXISTS, () -> save(0, Optional.empty(), States.after(1)));

    assertThat(root.resolve(FOLDER).resolve("manifest.json")).hasContent(before);
  }

  @Test
  void whatADeadSaveLeftInTheSpoolIsNotSaved() throws Exception {
    Files.createDirectories(spool.resolve("a/b"));
    Files.writeString(spool.resolve("model.safetensors"), "left over");

    StoredCheckpoint saved = save(0, Optional.empty(), States.after(1));

    assertThat(saved.manifest().files()).hasSize(3);
  }

  @Test
  void aFullLocalDiskIsTheMachinesTrouble() {
    Snapshot full =
        States.writing(
            folder -> {
              Files.writeString(folder.resolve("state.json"), "{");
              throw new IOException("No space left on device");
            });

    assertTrouble(Trouble.Kind.MACHINE, "No space left on device", full);
    assertThat(spool).isEmptyDirectory();
    assertThat(store.calls).isEmpty();
  }

  @Test
  void anUnsoundStateIsTheProgramsTrouble() {
    assertTrouble(
        Trouble.Kind.PROGRAM,
        "not a sound safetensors file",
        States.writing(f -> Files.writeString(f.resolve("model.safetensors"), "pickle")));
    assertTrouble(Trouble.Kind.PROGRAM, "no file in it", States.writing(f -> {}));
    assertTrouble(
        Trouble.Kind.PROGRAM,
        "sub is no plain file",
        States.writing(f -> Files.createDirectory(f.resolve("sub"))));
    assertTrouble(
        Trouble.Kind.PROGRAM,
        "manifest.json is no plain file",
        States.writing(f -> Files.writeString(f.resolve("manifest.json"), "{}")));
    assertThat(store.calls).isEmpty();
  }

  @Test
  void aDtypeThatBatonDoesNotKnowIsNoFaultOfTheProgram() {
    String header = "{\"w\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}} ";
    ByteBuffer file = ByteBuffer.allocate(8 + header.length() + 8).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));

    assertTrouble(
        Trouble.Kind.MACHINE,
        "The state cannot be saved: this Baton cannot read extra.safetensors: the dtype C64 is not"
            + " known to Baton. That is a limit of Baton, no fault of the program.",
        States.writing(f -> Files.write(f.resolve("extra.safetensors"), file.array())));
    assertThat(store.calls).isEmpty();
  }

  @Test
  void aFileThatChangesOnItsWayToTheStoreIsNoticedAndNoFaultOfTheProgram() throws Exception {
    store.beforePut(
        file -> {
          if (file.name().equals("optimizer.safetensors")) {
            spoil(file.path());
          }
        });
    Snapshot ofAChild =
        States.writing(
            f -> {
              States.writeFloats(f, "model.safetensors", 1, 2);
              States.writeFloats(f, "optimizer.safetensors", 3, 4);
            });
    Snapshot inMemory =
        new Snapshot() {
          @Override
          public Position position() {
            return Position.ofEpochs(1);
          }

          @Override
          public void writeTo(SnapshotSink sink) throws IOException {
            sink.take(StateFile.of("optimizer.safetensors", States.floats(3, 4), Map.of()));
          }
        };

    for (Snapshot snapshot : List.of(ofAChild, inMemory)) {
      assertThatThrownBy(() -> save(counter++, Optional.empty(), snapshot))
          .isInstanceOfSatisfying(
              TroubleException.class,
              e -> assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE))
          .hasMessage(
              "This machine could not save a checkpoint: the file optimizer.safetensors was changed"
                  + " while it was being stored.");
      assertThat(manifests()).isZero();
    }
  }

  private static void spoil(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Tag("proof")
  void aTensorOfMoreThan2GiBInAProgramsFileIsDigestedAndChecked() throws Exception {
    Path sparse = other.resolve("model.safetensors");
    long bytes = 5L << 29;
    String header =
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(bytes / 4, bytes);
    ByteBuffer nan = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(Float.NaN);
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel file =
        FileChannel.open(sparse, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(length.putLong(header.length()).flip());
      file.write(ByteBuffer.wrap(header.getBytes(StandardCharsets.UTF_8)));
      file.write(nan.flip(), 8 + header.length() + bytes - 4);
    }

    assertTrouble(
        Trouble.Kind.PROGRAM,
        "The tensor w in model.safetensors holds NaN at e1-b0, so nothing was saved.",
        States.writing(f -> Files.createLink(f.resolve("model.safetensors"), sparse)));
    assertThat(store.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "frozen.safetensors", "optimizer.safetensors"})
  void aTensorWithNanIsNamedAndNothingReachesTheStore(String file) {
    Snapshot broken =
        States.writing(
            f -> {
              States.writeFloats(f, "extra.safetensors", Float.NaN);
              States.writeFloats(f, file, 1, Float.NaN, 2);
            });

    assertTrouble(
        Trouble.Kind.PROGRAM,
        "The tensor w in %s holds NaN at e1-b0, so nothing was saved.".formatted(file),
        broken);
    assertThat(store.calls).isEmpty();
  }

  @Test
  void anInfinityMayBeMeantAndIsSaved() throws Exception {
    Snapshot masked =
        States.writing(f -> States.writeFloats(f, "model.safetensors", Float.NEGATIVE_INFINITY, 1));

    save(0, Optional.empty(), masked);

    assertThat(manifests()).isEqualTo(1);
  }

  private void assertTrouble(Trouble.Kind kind, String why, Snapshot snapshot) {
    assertThatThrownBy(() -> save(0, Optional.empty(), snapshot))
        .isInstanceOfSatisfying(
            TroubleException.class, e -> assertThat(e.trouble().kind()).isEqualTo(kind))
        .hasMessageContaining(why);
  }

  private StoredCheckpoint save(int counter, Optional<StoredCheckpoint> parent, Snapshot snapshot)
      throws StoreException, TroubleException {
    return checkpoints.save(States.draft(counter, parent), snapshot, UNWATCHED);
  }

  private long manifests() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.endsWith("manifest.json")).count();
    }
  }
}
