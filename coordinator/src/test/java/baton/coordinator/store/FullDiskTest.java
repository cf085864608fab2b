package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.JobId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system of four megabytes. */
class FullDiskTest {
  @TempDir Path parent;
  private SmallDisk disk;

  @BeforeEach
  void mount(TestReporter reporter) throws IOException, InterruptedException {
    disk = SmallDisk.mount(parent.resolve("disk"), 4, reporter);
  }

  @AfterEach
  void unmount() throws InterruptedException {
    if (disk != null) {
      disk.close();
    }
  }

  @Test
  void aFullDiskIsToldAsSuchAndLosesNothingAcknowledged() throws IOException {
    List<JobId> acknowledged = new ArrayList<>();
    try (SqlJobStore store = open();
        GroupCommitter committer =
            GroupCommitter.start(store, new RecordedSignals(), Clock.systemUTC())) {
      SmallDisk.submit(committer, "before", acknowledged);
      Path filler = disk.fill();

      assertThatThrownBy(() -> SmallDisk.submitMoreThanFits(committer, acknowledged))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(StoreUnavailable.class)
          .hasMessage(
              "The disk under the database %s is full. Free some space; the coordinator then goes on by itself."
                  .formatted(disk.folder().resolve("baton.db")));
      assertThat(store.open()).as("reading goes on").hasSameSizeAs(acknowledged);

      Files.delete(filler);
      SmallDisk.submit(committer, "after", acknowledged);
    }
    try (SqlJobStore reopened = open()) {
      assertThat(reopened.open()).hasSameSizeAs(acknowledged);
      assertThat(acknowledged).allMatch(id -> reopened.find(id).isPresent());
    }
  }

  @Test
  void aStartOnAFullDiskIsRefusedInASentence() throws IOException {
    disk.fill();

    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("is full. Free some space");
  }

  private SqlJobStore open() {
    return new SqlJobStore(SqliteDatabase.open(disk.folder().resolve("baton.db")));
  }
}
