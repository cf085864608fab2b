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
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** A real PostgreSQL with its tables on a file system of forty megabytes. */
class FullDiskUnderPostgresTest {
  private static final String NAME = "on_a_small_disk";

  @TempDir Path parent;
  private SmallDisk disk;

  @BeforeEach
  void mount(TestReporter reporter) throws IOException, InterruptedException {
    disk = SmallDisk.mount(parent.resolve("disk"), 40, reporter);
    Path tables = Files.createDirectory(disk.folder().resolve("tables"));
    PostgresServer.freshDatabase(); // the server is there from here on
    PostgresServer.execute("CREATE TABLESPACE small LOCATION '%s'".formatted(tables));
    PostgresServer.execute("CREATE DATABASE %s TABLESPACE small".formatted(NAME));
  }

  @AfterEach
  void unmount() throws InterruptedException {
    if (disk != null) {
      PostgresServer.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(NAME));
      PostgresServer.execute("DROP TABLESPACE IF EXISTS small");
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
          .hasMessageContaining("The disk under the database")
          .hasMessageContaining("is full. Free some space; the coordinator then goes on by itself");
      assertThat(store.open()).as("reading goes on").hasSameSizeAs(acknowledged);

      Files.delete(filler);
      SmallDisk.submit(committer, "after", acknowledged);
    }
    try (SqlJobStore reopened = open()) {
      assertThat(reopened.open()).hasSameSizeAs(acknowledged);
      assertThat(acknowledged).allMatch(id -> reopened.find(id).isPresent());
    }
  }

  private static SqlJobStore open() {
    DatabaseAddress.Postgres any = PostgresServer.freshDatabase();
    return new SqlJobStore(
        Database.open(
            new DatabaseAddress.Postgres(any.host(), any.port(), NAME, any.user(), ""),
            Optional.empty()));
  }
}
