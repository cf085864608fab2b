package baton.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.RecoverySource;
import baton.coordinator.lease.StoreContents;
import baton.coordinator.lease.StoreContents.JobContents;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.coordinator.lease.StoreContents.Text;
import baton.protocol.Fence;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreMarker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recovery reads of a store in a directory. */
class JobsInDirectoryTest {
  @TempDir Path root;

  @BeforeEach
  void mark() throws IOException {
    Files.writeString(root.resolve(StoreMarker.FILE_NAME), StoreMarker.of(Stored.STORE).write());
  }

  @Test
  void anEmptyStoreHoldsNoJob() {
    assertThat(jobs()).isEmpty();
  }

  @Test
  void eachManifestIsReadWithWhereItLiesAndTornFoldersCountByTheirFence() throws IOException {
    Stored stored = save(1, 0);
    put(Stored.folder(7, 1) + "/model.safetensors", "half");
    put("job-1/job.json", "{}");
    put("job-1/photos/manifest.json", "not a checkpoint");
    put("not a job/" + stored.path("manifest.json"), stored.text());

    JobContents job = only();

    assertThat(job.job()).isEqualTo(Stored.JOB);
    assertThat(job.jobFile()).contains("{}");
    assertThat(job.manifests())
        .containsExactly(new Text(stored.checkpoint().folder(), stored.text()));
    assertThat(job.torn()).isEqualTo(1);
    assertThat(job.highest()).isEqualTo(new Fence(7));
  }

  @Test
  void ofAManifestThatIsTooLongOnlyAsMuchIsReadAsShowsThat() throws IOException {
    put(Stored.folder(1, 0) + "/manifest.json", " ".repeat(5 << 20));

    assertThat(only().manifests().get(0).text()).hasSize(ManifestJson.LONGEST + 1);
  }

  @Test
  void whereThereIsNoStoreThatIsSaid() {
    assertThatThrownBy(() -> RecoverySource.inDirectory(root.resolve("elsewhere")))
        .isInstanceOf(StoreUnreadable.class)
        .hasMessageContaining("There is no store at");
  }

  @Test
  void aStoreThatIsUnmountedMeanwhileIsUnreadable() throws IOException {
    save(1, 0);
    StoreContents contents = RecoverySource.inDirectory(root).contents();
    Files.delete(root.resolve(StoreMarker.FILE_NAME));

    assertThatThrownBy(contents::jobs)
        .isInstanceOf(StoreUnreadable.class)
        .hasMessageEndingWith("mounted.");
  }

  private Stored save(long fence, int counter) throws IOException {
    Stored stored = Stored.of(fence, counter, List.of());
    put(stored.path("manifest.json"), stored.text());
    return stored;
  }

  private void put(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private JobContents only() {
    assertThat(jobs()).hasSize(1);
    return jobs().get(0);
  }

  private List<JobContents> jobs() {
    return RecoverySource.inDirectory(root).contents().jobs();
  }
}
