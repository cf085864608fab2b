package baton.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.CheckpointFiles.Verdict;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a coordinator can do with every store it reaches. */
abstract class CheckpointFilesContract {
  private static final String LARGE = "weights".repeat(400_000);

  CheckpointFiles files;

  /** Opens the store {@link Stored#STORE}. */
  abstract CheckpointFiles open() throws Exception;

  abstract void put(String storeId, String content) throws Exception;

  abstract void remove(String storeId) throws Exception;

  abstract boolean has(String storeId) throws Exception;

  /** Takes the store out of reach. */
  abstract void cutOff() throws Exception;

  @BeforeEach
  void openIt() throws Exception {
    files = open();
  }

  /** Stores a checkpoint with a model, of which {@code reused} are files of others. */
  Stored store(long fence, int counter, FileEntry... reused) throws Exception {
    String folder = Stored.folder(fence, counter);
    List<FileEntry> entries = new ArrayList<>(List.of(reused));
    for (String name : List.of("model.safetensors", "state.json")) {
      if (entries.stream().noneMatch(entry -> entry.name().equals(name))) {
        String content = name + counter + (name.startsWith("model") ? LARGE : "");
        put(folder + "/" + name, content);
        entries.add(Stored.entry(folder + "/" + name, content));
      }
    }
    Stored stored = Stored.of(fence, counter, entries);
    put(stored.path("manifest.json"), stored.text());
    return stored;
  }

  private Verdict check(Stored stored) {
    return files.check(Stored.STORE, stored.checkpoint());
  }

  @Test
  void itReachesItsOwnStoreAndNoOther() {
    assertThat(files.reaches(Stored.STORE)).isTrue();
    assertThat(files.reaches(new StoreId("store-2"))).isFalse();
  }

  @Test
  void aWholeCheckpointIsSound() throws Exception {
    assertThat(check(store(1, 0))).isEqualTo(new Verdict.Sound());
  }

  @Test
  void aCheckpointThatReusesAFileIsSoundWhileThatFileIs() throws Exception {
    Stored first = store(1, 0);
    Stored second = store(1, 1, first.manifest().files().get(0));
    assertThat(check(second)).isEqualTo(new Verdict.Sound());

    put(first.path("model.safetensors"), "changed");
    assertThat(check(second)).isEqualTo(new Verdict.Different("model.safetensors"));
  }

  @Test
  void aMissingFileIsNamed() throws Exception {
    Stored stored = store(1, 0);
    remove(stored.path("state.json"));
    assertThat(check(stored)).isEqualTo(new Verdict.Missing("state.json"));

    remove(stored.path("manifest.json"));
    assertThat(check(stored)).isEqualTo(new Verdict.Missing("manifest.json"));
  }

  @Test
  void oneWrongByteOrACutFileIsNamed() throws Exception {
    Stored stored = store(1, 0);
    String content = "model.safetensors0" + LARGE;
    put(stored.path("model.safetensors"), content.substring(0, content.length() - 1) + "S");
    assertThat(check(stored)).isEqualTo(new Verdict.Different("model.safetensors"));

    put(stored.path("model.safetensors"), content.substring(1));
    assertThat(check(stored)).isEqualTo(new Verdict.Different("model.safetensors"));
  }

  @Test
  void anEditedManifestIsDifferent() throws Exception {
    Stored stored = store(1, 0);
    put(stored.path("manifest.json"), stored.text().replace("\"seed\" : 7", "\"seed\" : 8"));
    assertThat(check(stored)).isEqualTo(new Verdict.Different("manifest.json"));

    put(stored.path("manifest.json"), " ".repeat(2 << 20));
    assertThat(check(stored)).isEqualTo(new Verdict.Different("manifest.json"));
  }

  @Test
  void aManifestThatNamesAFileOutsideTheStoreFindsNone() throws Exception {
    for (String storeId : List.of("../secret", "/etc/hostname", "job-1/../../secret")) {
      Stored stored = Stored.of(1, 0, List.of(Stored.entry(storeId, "secret")));
      put(stored.path("manifest.json"), stored.text());
      assertThat(check(stored)).isInstanceOf(Verdict.Missing.class);
    }
  }

  @Test
  void aManifestOfANewerFormSaysNothingAboutTheFiles() throws Exception {
    Stored stored = store(1, 0);
    String newer = stored.text().replace("\"format\" : 1", "\"format\" : 2");
    put(stored.path("manifest.json"), newer);

    assertThat(check(Stored.of(stored.manifest(), newer)))
        .isInstanceOfSatisfying(
            Verdict.Unreachable.class, v -> assertThat(v.why()).contains("newer Baton"));
  }

  @Test
  void aStoreOutOfReachSaysNothingAboutTheFiles() throws Exception {
    Stored stored = store(1, 0);
    cutOff();

    assertThat(files.reaches(Stored.STORE)).as("it is still the coordinator's to check").isTrue();
    assertThat(check(stored))
        .isInstanceOfSatisfying(
            Verdict.Unreachable.class, v -> assertThat(v.why()).endsWith("mounted."));
    assertThatThrownBy(() -> files.delete(Stored.STORE, stored.checkpoint(), List.of()))
        .hasMessageEndingWith("mounted.");
  }

  @Test
  void aPrunedCheckpointLosesItsFilesButNotItsManifest() throws Exception {
    Stored pruned = store(1, 0);
    Stored kept = store(1, 1);

    delete(pruned, kept);
    delete(pruned, kept);

    assertThat(has(pruned.path("model.safetensors"))).isFalse();
    assertThat(has(pruned.path("state.json"))).isFalse();
    assertThat(has(pruned.path("manifest.json"))).isTrue();
    assertThat(check(kept)).isEqualTo(new Verdict.Sound());
  }

  @Test
  void aFileThatAKeptManifestNamesStaysUntilNoneDoes() throws Exception {
    Stored first = store(1, 0);
    Stored second = store(1, 1, first.manifest().files().get(0));
    Stored third = store(1, 2);

    delete(first, second, third);
    assertThat(has(first.path("model.safetensors"))).isTrue();
    assertThat(has(first.path("state.json"))).isFalse();
    assertThat(check(second)).isEqualTo(new Verdict.Sound());

    delete(second, third);
    assertThat(has(first.path("model.safetensors"))).isFalse();
    assertThat(check(third)).isEqualTo(new Verdict.Sound());
  }

  @Test
  void whatBatonDidNotWriteIsNotDeleted() throws Exception {
    Stored pruned = store(1, 0);
    put(pruned.path("notes.txt"), "mine");

    delete(pruned);

    assertThat(has(pruned.path("notes.txt"))).isTrue();
  }

  @Test
  void aManifestCannotHaveFilesOfOthersDeleted() throws Exception {
    Stored kept = store(1, 1);
    String otherJob = Stored.folder(1, 0).replace("job-1", "job-2") + "/model.safetensors";
    List<String> foreign =
        List.of(otherJob, "baton-store.json", "job-1/notes.txt", kept.path("manifest.json"));
    put(otherJob, "x");
    put("job-1/notes.txt", "x");
    Stored greedy = Stored.of(1, 0, List.of());
    for (String storeId : foreign) {
      String name = foreign.indexOf(storeId) + ".bin";
      FileEntry entry = Stored.entry(storeId, "x");
      greedy =
          Stored.of(
              1, 0, List.of(new FileEntry(name, entry.size(), entry.sha256(), entry.storeId())));
      put(greedy.path("manifest.json"), greedy.text());
      delete(greedy, kept);
    }
    for (String storeId : foreign) {
      assertThat(has(storeId)).as(storeId).isTrue();
    }
  }

  @Test
  void nothingIsDeletedByAnEditedManifestOrBesideALostOne() throws Exception {
    Stored pruned = store(1, 0);
    Stored kept = store(1, 1);
    remove(kept.path("manifest.json"));
    assertThatThrownBy(() -> delete(pruned, kept)).hasMessageContaining("nobody knows which files");
    put(kept.path("manifest.json"), kept.text());

    put(pruned.path("manifest.json"), pruned.text() + " ");
    assertThatThrownBy(() -> delete(pruned, kept)).hasMessageContaining("nobody knows which files");

    assertThat(has(pruned.path("model.safetensors"))).isTrue();
  }

  @Test
  void aPrunedCheckpointThatAPersonRemovedIsNoError() {
    delete(Stored.of(1, 0, List.of()));
  }

  private void delete(Stored pruned, Stored... kept) {
    files.delete(
        Stored.STORE, pruned.checkpoint(), Arrays.stream(kept).map(Stored::checkpoint).toList());
  }
}
