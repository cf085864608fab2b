package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.JobId;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real PostgreSQL whose data and log lie on a real file system of a hundred megabytes. */
class FullPostgresDiskTest {
  private static final int MEGABYTES = 100;

  @TempDir Path parent;
  private final List<JobId> acknowledged = new ArrayList<>();
  private SmallDisk disk;
  private EmbeddedPostgres postgres;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = SmallDisk.mount(parent, MEGABYTES);
    postgres = start(0);
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (postgres != null) {
      postgres.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  @Test
  void aFullDiskIsToldAsSuchAndLosesNothingAcknowledged() throws IOException {
    try (SqlJobStore store = open();
        GroupCommitter committer =
            GroupCommitter.start(store, new MemorySignals(), Clock.systemUTC())) {
      submit(committer, "before");
      disk.fill();

      assertThatThrownBy(() -> submitMany(committer, "during"))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(StoreUnavailable.class)
          .hasMessage(
              "The disk under the database %s is full. Free some space; the coordinator then goes on by itself."
                  .formatted(address()));
      assertThat(store.open()).as("reading goes on").hasSameSizeAs(acknowledged);

      disk.free();
      submit(committer, "after");
    }
    assertNothingIsLost();
  }

  @Test
  void whereItsLogFindsNoRoomPostgresEndsItselfAndTheCoordinatorWaitsForItsReturn()
      throws Exception {
    try (SqlJobStore store = open();
        GroupCommitter committer =
            GroupCommitter.start(store, new MemorySignals(), Clock.systemUTC())) {
      submit(committer, "before");
      disk.fill();

      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !wantsMoreLog());
      assertThatThrownBy(() -> submitMany(committer, "during"))
          .cause()
          .isInstanceOf(StoreUnavailable.class)
          .hasMessageContaining("does not answer. See that PostgreSQL runs");

      int port = postgres.getPort();
      postgres.close();
      disk.free();
      postgres = start(port);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .untilAsserted(() -> submit(committer, "after"));
    }
    assertNothingIsLost();
  }

  private EmbeddedPostgres start(int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(disk.root().resolve("data"))
            .setCleanDataDirectory(false);
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  private DatabaseAddress address() {
    return new DatabaseAddress.Postgres(
        "127.0.0.1", postgres.getPort(), "postgres", "postgres", "");
  }

  private SqlJobStore open() {
    return new SqlJobStore(Database.open(address(), Optional.empty()));
  }

  /** Has its log take up another file; whether it still lives then. */
  private boolean wantsMoreLog() {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT txid_current()");
      statement.execute("SELECT pg_switch_wal()");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private void submitMany(GroupCommitter committer, String name) {
    for (int i = 0; i < 2_000; i++) {
      submit(committer, name + "-" + i);
    }
  }

  private void submit(GroupCommitter committer, String name) {
    committer.submit(Sample.submit(name)).toCompletableFuture().join();
    acknowledged.add(Sample.submit(name).id());
  }

  private void assertNothingIsLost() {
    try (SqlJobStore reopened = open()) {
      assertThat(acknowledged).allMatch(id -> reopened.find(id).isPresent());
    }
  }
}
