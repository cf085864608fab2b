package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.protocol.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferTest {
  @TempDir Path folder;
  private Database embedded;
  private Job trained;

  @BeforeEach
  void anInstallationWithALeasedAndTrainedJob() {
    embedded = SqliteDatabase.open(folder.resolve("baton.db"));
    try (SqlJobStore store = new SqlJobStore(embedded)) {
      Transition submitted = Sample.submitted("mnist", Sample.START);
      Transition leased =
          Sample.after(submitted.changed(), Sample.acquire("s1"), Sample.START.plusSeconds(1));
      Transition committed =
          Sample.after(
              leased.changed(),
              Sample.commit(leased.changed(), new Position(0, 17), 0.25),
              Sample.START.plusSeconds(2));
      assertThat(store.save(List.of(submitted, leased, committed))).doesNotContain(false);
      trained = committed.changed();
    }
    new SqlTokens(embedded).replace(Map.of("admin", "0".repeat(64)));
  }

  @Test
  void allThatWasThereArrives() {
    Database shared = Database.open(PostgresServer.freshDatabase(), Optional.empty());

    List<Transfer.Table> moved = Transfer.copy(embedded, shared, false);

    assertThat(moved).extracting(Transfer.Table::rows).doesNotContain(0L);
    try (SqlJobStore store = new SqlJobStore(shared)) {
      assertThat(store.open()).containsExactly(trained);
      assertThat(store.history(trained.id()).measurements()).hasSize(1);
    }
    assertThat(new SqlTokens(shared).read()).containsKey("admin");
  }

  @Test
  void aDatabaseWithJobsIsNoTarget() {
    Database shared = Database.open(PostgresServer.freshDatabase(), Optional.empty());
    Transfer.copy(embedded, shared, false);

    assertThatThrownBy(() -> Transfer.copy(embedded, shared, false))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("holds jobs already, and nothing was changed");
    assertThat(Transfer.jobs(shared)).isEqualTo(1);
  }

  @Test
  void whatBringsNoTokensLeavesThoseThatAreKnown() {
    Database shared = Database.open(PostgresServer.freshDatabase(), Optional.empty());
    new SqlTokens(shared).replace(Map.of("admin", "1".repeat(64)));
    new SqlTokens(embedded).replace(Map.of());

    Transfer.copy(embedded, shared, true);

    assertThat(new SqlTokens(shared).read()).containsEntry("admin", "1".repeat(64));
    assertThat(Transfer.jobs(shared)).isEqualTo(1);
  }

  @Test
  void noTableIsForgotten() throws SQLException {
    List<String> tables = new ArrayList<>();
    try (Connection connection = embedded.snapshot();
        ResultSet found =
            connection.getMetaData().getTables(null, null, null, new String[] {"TABLE"})) {
      while (found.next()) {
        tables.add(found.getString("TABLE_NAME"));
      }
    }
    tables.removeAll(List.of("flyway_schema_history", "cluster"));

    assertThat(tables).containsExactlyInAnyOrderElementsOf(Transfer.TABLES);
  }

  @Test
  void aBackupOfARunningInstallationHasWhatWasCommitted() {
    Path file = folder.resolve("backup.db");
    try (SqlJobStore running = new SqlJobStore(embedded)) {
      running.save(List.of(Sample.submitted("later", Sample.START.plusSeconds(9))));

      assertThat(Backup.take(embedded, file)).isEqualTo(2);
    }
    try (SqlJobStore store = new SqlJobStore(SqliteDatabase.open(file))) {
      assertThat(store.find(trained.id())).contains(trained);
    }
  }

  @Test
  void aBackupOfAClusterIsAFileLikeAnyOther() {
    Database shared = Database.open(PostgresServer.freshDatabase(), Optional.empty());
    Transfer.copy(embedded, shared, false);
    Path file = folder.resolve("backup.db");

    assertThat(Backup.take(shared, file)).isEqualTo(1);

    try (SqlJobStore store = new SqlJobStore(SqliteDatabase.open(file))) {
      assertThat(store.open()).containsExactly(trained);
    }
  }

  @Test
  void aBackupIsReadableByItsUserAlone() throws IOException {
    assumeTrue(
        Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class),
        "no POSIX rights");
    Path file = folder.resolve("backup.db");
    Backup.take(embedded, file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(folder).isDirectoryNotContaining(beside -> beside.toString().contains(".part"));
  }

  @Test
  void aBackupIsNeverWrittenOverAnother() throws IOException {
    Path file = Files.writeString(folder.resolve("backup.db"), "the last good one");

    assertThatThrownBy(() -> Backup.take(embedded, file))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("never written over another");
    assertThat(file).hasContent("the last good one");
  }
}
