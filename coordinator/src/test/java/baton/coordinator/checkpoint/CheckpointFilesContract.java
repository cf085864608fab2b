package baton.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.CheckpointFiles.Verdict;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a coordinator can do with every store it reaches. */
public abstract class CheckpointFilesContract {
  private static final String LARGE = "weights".repeat(400_000);

  protected CheckpointFiles files;

  /** Opens the store {@link Stored#STORE}. */
  protected abstract CheckpointFiles open() throws Exception;

  /** Writes a file at a path, over another if need be; its store id. */
  protected abstract String put(String path, String content) throws Exception;

  /** How the remedy ends that is told while the store is out of reach. */
  protected abstract String remedy();

  protected abstract void remove(String path) throws Exception;

  protected abstract boolean has(String path) throws Exception;

  /** Takes the store out of reach. */
  protected abstract void cutOff() throws Exception;

  @BeforeEach
  void openIt() throws Exception {
    files = open();
  }

  /** Stores a checkpoint with a model, of which {@code reused} are files of others. */
  protected Stored store(long fence, int counter, FileEntry... reused) throws Exception {
    String folder = Stored.folder(fence, counter);
    List<FileEntry> entries = new ArrayList<>(List.of(reused));
    for (String name : List.of("model.safetensors", "state.json")) {
      if (entries.stream().noneMatch(entry -> entry.name().equals(name))) {
        String content = name + counter + (name.startsWith("model") ? LARGE : "");
        String storeId = put(folder + "/" + name, content);
        entries.add(Stored.entry(name, content, storeId));
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
      Stored stored = Stored.of(1, 0, List.of(Stored.entry("model.bin", "secret", storeId)));
      put(stored.path("manifest.json"), stored.text());
      assertThat(check(stored)).isInstanceOf(Verdict.Missing.class);
    }
  }

  @Test
  void aManifestOfANewerFormSaysNothingAboutTheFiles() throws Exception {
    Stored stored = store(1, 0);
    String newer = stored.text().replace("\"format\" : " + Manifest.FORMAT, "\"format\" : 99");
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
            Verdict.Unreachable.class, v -> assertThat(v.why()).endsWith(remedy()));
    assertThatThrownBy(() -> files.delete(Stored.STORE, stored.checkpoint(), List.of()))
        .hasMessageEndingWith(remedy());
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
    Map<String, String> foreign = new LinkedHashMap<>();
    for (String path : List.of(otherJob, "baton-note.txt", "job-1/notes.txt")) {
      foreign.put(path, put(path, "x"));
    }
    foreign.put(kept.path("manifest.json"), put(kept.path("manifest.json"), kept.text()));
    int counter = 5;
    for (Map.Entry<String, String> file : foreign.entrySet()) {
      Stored greedy =
          Stored.of(1, counter++, List.of(Stored.entry("greedy.bin", "x", file.getValue())));
      put(greedy.path("manifest.json"), greedy.text());

      delete(greedy, kept);

      assertThat(has(file.getKey())).as(file.getKey()).isTrue();
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
