package baton.worker.checkpoint;

import static baton.storage.CheckpointStoreContract.UNWATCHED;
import static baton.storage.CheckpointStoreContract.assertKind;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.SmallDisk;
import baton.storage.directory.DirectoryStore;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsRestoreTest {
  @TempDir Path root;
  @TempDir Path spool;
  @TempDir Path into;
  private FaultyStore store;
  private Checkpoints checkpoints;
  private StoredCheckpoint saved;

  @BeforeEach
  void save() throws Exception {
    store = new FaultyStore(DirectoryStore.open(root, () -> new StoreId("store-1")));
    checkpoints = new Checkpoints(store, spool);
    saved = checkpoints.save(States.draft(0, Optional.empty()), States.after(1), UNWATCHED);
    store.calls.clear();
  }

  @Test
  void whatWasSavedIsRestored() throws Exception {
    AtomicLong moved = new AtomicLong();

    StoredCheckpoint restored = checkpoints.restore(saved.checkpoint(), into, moved::addAndGet);

    assertThat(restored).isEqualTo(saved);
    assertThat(StateDigest.of(into)).isEqualTo(saved.checkpoint().stateDigest());
    assertThat(into.resolve("state.json")).hasContent("{\"step\":1}");
    assertThat(into.toFile().list())
        .containsExactlyInAnyOrder("model.safetensors", "optimizer.safetensors", "state.json");
    assertThat(moved).hasValue(saved.checkpoint().bytes() + saved.text().length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "state.json", "manifest.json"})
  void aCopySpoiledOnTheWayIsGotOnceMore(String name) throws Exception {
    store.spoil(name, 1);

    checkpoints.restore(saved.checkpoint(), into, UNWATCHED);

    assertThat(store.calls).filteredOn(("get " + name)::equals).hasSize(2);
    assertThat(StateDigest.of(into)).isEqualTo(saved.checkpoint().stateDigest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "state.json", "manifest.json"})
  void twoSpoiledCopiesAreCorruptionAndNameTheFile(String name) {
    store.spoil(name, 2);

    assertCorrupt(name);
    assertThat(store.calls).filteredOn(("get " + name)::equals).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "optimizer.safetensors", "manifest.json"})
  void aTruncatedFileIsCorrupt(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(stored(name), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    assertCorrupt(name);
  }

  @Test
  void anEmptiedFileIsCorrupt() throws IOException {
    Files.write(stored("model.safetensors"), new byte[0]);
    assertCorrupt("model.safetensors");
  }

  @Test
  void anEditedManifestIsCorrupt() throws IOException {
    String edited = saved.text().replace("\"seed\" : 7", "\"seed\" : 8");
    assertThat(edited).isNotEqualTo(saved.text());
    Files.writeString(stored("manifest.json"), edited);
    assertCorrupt("manifest.json");
  }

  private void assertCorrupt(String name) {
    assertThatThrownBy(() -> checkpoints.restore(saved.checkpoint(), into, UNWATCHED))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageStartingWith("The file " + name + " of the checkpoint ");
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void aPrunedCheckpointIsGoneAndNotCorrupt() throws IOException {
    Files.delete(stored("optimizer.safetensors"));
    assertKind(Kind.GONE, () -> checkpoints.restore(saved.checkpoint(), into, UNWATCHED));
    assertThat(into).isEmptyDirectory();

    Files.delete(stored("manifest.json"));
    assertKind(Kind.GONE, () -> checkpoints.restore(saved.checkpoint(), into, UNWATCHED));
  }

  @Test
  void aStoreLostAtAnyStepIsUnreachableAndNotCorrupt() {
    for (int step = 0; step < 5; step++) {
      store.calls.clear();
      store.failAt(step, Kind.UNREACHABLE);
      assertKind(Kind.UNREACHABLE, () -> checkpoints.restore(saved.checkpoint(), into, UNWATCHED));
      assertThat(into).isEmptyDirectory();
    }
  }

  @Test
  void aSpoiledCopyAndThenALostStoreProveNothing() {
    store.spoil("model.safetensors", 9);
    store.failAt("get model.safetensors", 2, Kind.UNREACHABLE);

    assertKind(Kind.UNREACHABLE, () -> checkpoints.restore(saved.checkpoint(), into, UNWATCHED));

    assertThat(store.calls).filteredOn("get model.safetensors"::equals).hasSize(2);
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void anAbandonedRestoreLeavesNothing() {
    assertThatThrownBy(
            () ->
                checkpoints.restore(
                    saved.checkpoint(),
                    into,
                    bytes -> {
                      throw new CancellationException("the lease has ended");
                    }))
        .isInstanceOf(CancellationException.class);
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void aCheckpointOfANewerBatonAsksForAnUpgradeAndIsNotCorrupt() throws IOException {
    String newer = saved.text().replace("\"format\" : " + Manifest.FORMAT, "\"format\" : 99");
    Files.writeString(stored("manifest.json"), newer);
    Checkpoint committed = saved.checkpoint();
    Checkpoint head =
        new Checkpoint(
            Sha256.ofText(newer),
            committed.parent(),
            committed.position(),
            committed.fence(),
            committed.folder(),
            committed.stateDigest(),
            committed.bytes(),
            1);

    assertThatThrownBy(() -> checkpoints.restore(head, into, UNWATCHED))
        .isInstanceOfSatisfying(
            TroubleException.class,
            e -> assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE))
        .hasMessageContaining("written by a newer Baton: upgrade");
  }

  @Test
  void aHeadWithNanFromBeforeNanWasRefusedIsNotTrainedFrom() throws Exception {
    Path nan = Files.createDirectory(root.resolve("nan"));
    States.writeFloats(nan, "model.safetensors", 1, Float.NaN);
    byte[] broken = Files.readAllBytes(nan.resolve("model.safetensors"));
    Manifest sound =
        checkpoints
            .save(
                States.draft(1, Optional.empty()),
                States.writing(f -> States.writeFloats(f, "model.safetensors", 1, 2)),
                UNWATCHED)
            .manifest();
    Path model = root.resolve(sound.folder()).resolve("model.safetensors");
    Files.write(model, broken);
    String text =
        ManifestJson.write(sound)
            .replace(sound.files().get(0).sha256().toString(), Sha256.ofFile(model).toString());
    Files.writeString(model.resolveSibling("manifest.json"), text);
    Checkpoint head =
        new Checkpoint(
            ManifestJson.digest(text),
            sound.parent(),
            sound.position(),
            sound.fence(),
            sound.folder(),
            sound.stateDigest(),
            broken.length,
            1);

    assertThatThrownBy(() -> checkpoints.restore(head, into, UNWATCHED))
        .isInstanceOfSatisfying(
            TroubleException.class,
            e -> assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.PROGRAM))
        .hasMessage(
            "The tensor w in model.safetensors holds NaN at e1-b0, so no training can go on from it.");
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void aStateWithAnotherDigestThanItsManifestsIsNotTrainedFrom() throws Exception {
    Manifest sound = saved.manifest();
    String text =
        ManifestJson.write(sound)
            .replace(sound.stateDigest().toString(), Sha256.ofText("another state").toString());
    Files.writeString(stored("manifest.json"), text);
    Checkpoint head =
        new Checkpoint(
            ManifestJson.digest(text),
            sound.parent(),
            sound.position(),
            sound.fence(),
            sound.folder(),
            Sha256.ofText("another state"),
            sound.bytes(),
            1);

    assertThatThrownBy(() -> checkpoints.restore(head, into, UNWATCHED))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageMatching(
            "The checkpoint [0-9a-f]{12} at e1-b0 contradicts itself: its files are those of its"
                + " manifest, and give another digest of the state\\.");
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void aFileThatThisMachineSpoiledAfterItCameIsTheMachinesTrouble() throws Exception {
    store.spoilAfterwards("optimizer.safetensors");

    assertThatThrownBy(() -> checkpoints.restore(saved.checkpoint(), into, UNWATCHED))
        .isInstanceOfSatisfying(
            TroubleException.class,
            e -> assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE))
        .hasMessageMatching(
            "The file optimizer.safetensors of the checkpoint [0-9a-f]{12} came as it was committed,"
                + " and has other bytes on this machine's disk now\\.");
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void aCheckpointSaysWhoseItIs() throws Exception {
    saved.requireOf(new JobId("job-1"), "digits");

    assertThatThrownBy(() -> saved.requireOf(new JobId("job-2"), "digits"))
        .hasMessageEndingWith("at e1-b0 is a checkpoint of the job job-1, not job-2.");
    assertThatThrownBy(() -> saved.requireOf(new JobId("job-1"), "lipnet"))
        .hasMessageEndingWith("at e1-b0 is a checkpoint of the program digits, not lipnet.");
  }

  @Test
  void aFullLocalDiskIsTheMachinesTrouble() throws Exception {
    Checkpoint big =
        checkpoints
            .save(
                States.draft(1, Optional.empty()),
                States.writing(f -> Files.write(f.resolve("state.bin"), new byte[4_000_000])),
                UNWATCHED)
            .checkpoint();
    try (SmallDisk disk = SmallDisk.mount(into.resolve("small"))) {
      assertThatThrownBy(() -> checkpoints.restore(big, disk.path(), UNWATCHED))
          .isInstanceOfSatisfying(
              TroubleException.class,
              e -> assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE))
          .hasMessageContaining("restore a checkpoint on its disk");
      assertThat(disk.path()).isEmptyDirectory();
    }
  }

  private Path stored(String name) {
    return root.resolve(saved.checkpoint().folder()).resolve(name);
  }
}
