package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.JobId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQLite on a real file system of four megabytes. */
class FullDiskTest {
  @TempDir Path parent;
  private SmallDisk disk;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = SmallDisk.mount(parent, 4);
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
            GroupCommitter.start(store, new MemorySignals(), Clock.systemUTC())) {
      submit(committer, "before", acknowledged);
      disk.fill();

      assertThatThrownBy(() -> submitMany(committer, "during", acknowledged))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(StoreUnavailable.class)
          .hasMessage(
              "The disk under the database %s is full. Free some space; the coordinator then goes on by itself."
                  .formatted(disk.root().resolve("baton.db")));
      assertThat(store.open()).as("reading goes on").hasSameSizeAs(acknowledged);

      disk.free();
      submit(committer, "after", acknowledged);
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
        .hasMessageContaining("is full. Free some space, then try again.");
  }

  @Test
  void aBackupThatFindsNoRoomLeavesNothingBehind() throws IOException {
    Database database = SqliteDatabase.open(parent.resolve("baton.db"));
    Path backup = disk.root().resolve("backup.db");
    disk.fill();

    assertThatThrownBy(() -> Backup.take(database, backup))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("Make room");
    assertThat(disk.root()).isDirectoryNotContaining(file -> !file.endsWith("filler"));
  }

  private SqlJobStore open() {
    return new SqlJobStore(SqliteDatabase.open(disk.root().resolve("baton.db")));
  }

  private static void submitMany(GroupCommitter committer, String name, List<JobId> acknowledged) {
    for (int i = 0; i < 2_000; i++) {
      submit(committer, name + "-" + i, acknowledged);
    }
  }

  private static void submit(GroupCommitter committer, String name, List<JobId> acknowledged) {
    committer.submit(Sample.submit(name)).toCompletableFuture().join();
    acknowledged.add(Sample.submit(name).id());
  }
}
