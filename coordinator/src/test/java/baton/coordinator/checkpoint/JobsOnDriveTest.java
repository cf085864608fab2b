package baton.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.StoreContents.JobContents;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.coordinator.lease.StoreContents.Text;
import baton.protocol.Fence;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recovery reads of a store on Drive. */
class JobsOnDriveTest {
  @TempDir Path folder;
  private StoreOnBench store;

  @BeforeEach
  void open() throws Exception {
    store = new StoreOnBench(folder);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void anEmptyStoreHoldsNoJob() throws Exception {
    assertThat(jobs()).isEmpty();
  }

  @Test
  void eachManifestIsReadWithWhereItLies() throws Exception {
    Stored first = save(1, 0);
    Stored second = save(2, 1);
    store.put("job-1/job.json", "{}");

    JobContents job = only();

    assertThat(job.job()).isEqualTo(Stored.JOB);
    assertThat(job.jobFile()).contains("{}");
    assertThat(job.manifests())
        .containsExactlyInAnyOrder(
            new Text(first.checkpoint().folder(), first.text()),
            new Text(second.checkpoint().folder(), second.text()));
    assertThat(job.highest()).isEqualTo(new Fence(2));
    assertThat(job.torn()).isZero();
  }

  @Test
  void aTornFolderIsCountedWithItsFence() throws Exception {
    save(1, 0);
    store.put(Stored.folder(7, 1) + "/model.safetensors", "half");

    JobContents job = only();

    assertThat(job.torn()).isEqualTo(1);
    assertThat(job.highest()).isEqualTo(new Fence(7));
    assertThat(job.manifests()).hasSize(1);
  }

  @Test
  void listsThatLagAreGivenTime() throws Exception {
    save(1, 0);
    store.bench.drive().files().indexLag(Duration.ofSeconds(9));
    save(2, 1);

    assertThat(only().manifests()).hasSize(2);
  }

  @Test
  void whatLiesInTheTrashOrIsNotBatonsIsNotRead() throws Exception {
    Stored kept = save(1, 0);
    Stored trashed = save(2, 1);
    store.bench.drive().files().trash(store.folderOf(trashed.path("manifest.json")));
    store.bench.drive().files().rename(store.idOf(kept.path("manifest.json")), "renamed.json");

    assertThat(only().manifests())
        .as("labels count, not names")
        .containsExactly(new Text(kept.checkpoint().folder(), kept.text()));
  }

  @Test
  void aStoreThatCannotBeListedToTheEndIsUnreadable() throws Exception {
    save(1, 0);
    store.bench.drive().faults().always(Operation.DOWNLOAD, new Action.Refuse(503, "backendError"));

    assertThatThrownBy(this::jobs).isInstanceOf(StoreUnreadable.class);
  }

  private Stored save(long fence, int counter) throws Exception {
    Stored stored = Stored.of(fence, counter, List.of());
    store.put(stored.path("manifest.json"), stored.text());
    return stored;
  }

  private JobContents only() throws Exception {
    assertThat(jobs()).hasSize(1);
    return jobs().get(0);
  }

  private List<JobContents> jobs() throws Exception {
    return new StoredJobs(store.keeper()).jobs();
  }
}
