package baton.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.CheckpointFiles.Verdict;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreMarker;
import baton.storage.directory.DirectoryLocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesInDirectoryTest extends CheckpointFilesContract {
  private static final Fence CURRENT = new Fence(5);

  @TempDir Path parent;

  @Override
  protected StoredFiles open() throws IOException {
    mark(Files.createDirectories(root()), Stored.STORE);
    StoredFiles opened = new StoredFiles(new DirectoryLocator(root()));
    assertThat(opened.id()).contains(Stored.STORE);
    return opened;
  }

  private Path root() {
    return parent.resolve("store");
  }

  private static void mark(Path directory, StoreId id) throws IOException {
    Files.writeString(directory.resolve(StoreMarker.FILE_NAME), StoreMarker.of(id).write());
  }

  @Override
  protected String put(String path, String content) throws IOException {
    Path file = root().resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    return path;
  }

  @Override
  protected String remedy() {
    return "mounted.";
  }

  @Override
  protected void remove(String storeId) throws IOException {
    Files.delete(root().resolve(storeId));
  }

  @Override
  protected boolean has(String storeId) {
    return Files.exists(root().resolve(storeId));
  }

  @Override
  protected void cutOff() throws IOException {
    Files.move(root(), parent.resolve("elsewhere"));
    Files.createDirectory(root());
  }

  @Test
  void aDirectoryBecomesAStoreWhenAWorkerMarksIt() throws IOException {
    Path later = parent.resolve("later");
    StoredFiles opened = new StoredFiles(new DirectoryLocator(later));
    assertThat(opened.id()).isEmpty();
    assertThat(opened.reaches(new StoreId("store-9"))).isFalse();

    mark(Files.createDirectory(later), new StoreId("store-9"));
    assertThat(opened.reaches(new StoreId("store-9"))).isTrue();
  }

  @Test
  void anotherStoreMountedThereIsNotTakenForIt() throws Exception {
    Stored stored = store(1, 0);
    mark(root(), new StoreId("store-2"));

    assertThat(files.check(Stored.STORE, stored.checkpoint()))
        .isInstanceOf(Verdict.Unreachable.class);
  }

  @Test
  void aSymbolicLinkIsNoFileOfTheStore() throws Exception {
    Stored stored = store(1, 0);
    Path model = root().resolve(stored.path("model.safetensors"));
    Path outside = Files.move(model, parent.resolve("outside"));
    Files.createSymbolicLink(model, outside);

    assertThat(files.check(Stored.STORE, stored.checkpoint()))
        .isEqualTo(new Verdict.Missing("model.safetensors"));
    files.delete(Stored.STORE, stored.checkpoint(), List.of());
    assertThat(outside).exists();
  }

  @Test
  void aSweepDeletesWhatALostSessionLeftAndNothingElse() throws Exception {
    Stored committed = store(4, 0);
    Stored uncommitted = store(4, 1);
    String cut = Stored.folder(4, 2);
    put(cut + "/model.safetensors", "half");
    put(cut + "/.optimizer.safetensors.part", "a quarter");
    String current = Stored.folder(5, 0);
    put(current + "/model.safetensors", "on its way");
    put("job-1/photos/cat.jpg", "not ours");
    put("job-2/" + cut.substring("job-1/".length()) + "/model.safetensors", "another job's");
    age(Duration.ofHours(25));

    List<String> deleted = sweep(committed.checkpoint());

    assertThat(deleted)
        .containsExactlyInAnyOrder(
            uncommitted.path("model.safetensors"),
            uncommitted.path("state.json"),
            cut + "/model.safetensors",
            cut + "/.optimizer.safetensors.part");
    assertThat(deleted).noneMatch(this::has);
    assertThat(allFiles())
        .containsExactlyInAnyOrder(
            "baton-store.json",
            committed.path("manifest.json"),
            committed.path("model.safetensors"),
            committed.path("state.json"),
            uncommitted.path("manifest.json"),
            current + "/model.safetensors",
            "job-1/photos/cat.jpg",
            "job-2/" + cut.substring("job-1/".length()) + "/model.safetensors");
    assertThat(sweep(committed.checkpoint())).isEmpty();
  }

  @Test
  void aSweepLeavesWhatIsYoungByTheStoresClock() throws Exception {
    store(4, 1);
    age(Duration.ofHours(23));
    assertThat(sweep()).isEmpty();
  }

  @Test
  void aSweepGoesOnBesideARejectedCheckpointWhoseManifestIsLost() throws Exception {
    Stored rejected = store(4, 0);
    put(rejected.path("manifest.json"), "garbage");
    Stored orphan = store(4, 1);
    age(Duration.ofHours(25));

    assertThat(sweep(rejected.checkpoint()))
        .containsExactlyInAnyOrder(orphan.path("model.safetensors"), orphan.path("state.json"));
  }

  private List<String> sweep(Checkpoint... committed) {
    return files.sweep(Stored.STORE, Stored.JOB, CURRENT, List.of(committed));
  }

  private void age(Duration by) throws IOException {
    FileTime then = FileTime.from(Instant.now().minus(by));
    try (Stream<Path> all = Files.walk(root())) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, then);
      }
    }
  }

  private List<String> allFiles() throws IOException {
    try (Stream<Path> all = Files.walk(root())) {
      return all.filter(Files::isRegularFile)
          .map(file -> root().relativize(file).toString())
          .toList();
    }
  }
}
