package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.JobStore.Transition;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseTest {
  private static final int PAGE = 4096;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void aDatabaseWithAHundredJobs() {
    file = folder.resolve("baton.db");
    try (SqlJobStore store = new SqlJobStore(SqliteDatabase.open(file))) {
      List<Transition> jobs =
          IntStream.range(0, 100)
              .mapToObj(i -> Sample.submitted("job-" + i, Sample.START.plusSeconds(i)))
              .toList();
      assertThat(store.save(jobs)).hasSize(100).containsOnly(true);
    }
  }

  @Test
  void aDatabaseOfANewerBatonIsRefusedAndLeftAsItIs() throws SQLException, IOException {
    execute(
        "INSERT INTO flyway_schema_history SELECT 99, '99', 'from the future', 'SQL',"
            + " 'V99__from_the_future.sql', 1, 'someone', installed_on, 1, 1"
            + " FROM flyway_schema_history WHERE installed_rank = 1");
    byte[] before = Files.readAllBytes(file);

    assertThatThrownBy(() -> SqliteDatabase.open(file))
        .isInstanceOf(DatabaseException.class)
        .hasMessage(
            "The database %s was written by a newer Baton (its form is 99). Nothing was changed: start that newer Baton, or name another database."
                .formatted(file));
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void aNewerBatonBesideARunningOlderOneLeavesItsTablesAsTheyAre() throws SQLException {
    execute("DELETE FROM flyway_schema_history WHERE version <> '1'");

    assertThatThrownBy(() -> SqliteDatabase.openBeside(file))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("of an older Baton, whose coordinator may be running");
  }

  @Test
  void aDatabaseWithDamagedPagesIsRefusedWithARemedy() throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      for (long page = 6; page < bytes.length() / PAGE; page += 3) {
        bytes.seek(page * PAGE);
        bytes.write(new byte[PAGE / 2]);
      }
    }

    assertRefusedAsDamaged();
  }

  @Test
  void aDatabaseThatWasCutShortIsRefusedWithARemedy() throws IOException {
    try (FileChannel bytes = FileChannel.open(file, StandardOpenOption.WRITE)) {
      bytes.truncate(bytes.size() / 2);
    }

    assertRefusedAsDamaged();
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedAndLeftAsItIs() throws IOException {
    String text = "a letter, saved under the wrong name\n".repeat(500);
    Files.writeString(file, text, StandardCharsets.UTF_8);

    assertRefusedAsDamaged();
    assertThat(file).hasContent(text);
  }

  @Test
  void aDatabaseInAFolderThatIsGoneIsToldAsSuch() {
    assertThatThrownBy(() -> SqliteDatabase.open(folder.resolve("gone").resolve("baton.db")))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("gone")
        .hasMessageContaining("cannot be read or written");
  }

  private void assertRefusedAsDamaged() {
    assertThatThrownBy(() -> SqliteDatabase.open(file))
        .isInstanceOf(DatabaseException.class)
        .hasMessageStartingWith("The database " + file + " is damaged (")
        .hasMessageContaining("baton restore FILE --replace")
        .hasMessageNotContaining("\n");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
