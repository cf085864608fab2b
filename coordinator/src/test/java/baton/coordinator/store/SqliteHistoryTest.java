package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.JobStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteHistoryTest extends JobHistoryContract {
  @TempDir Path folder;

  @Override
  JobStore create() {
    return new SqlJobStore(SqliteDatabase.open(folder.resolve("baton.db")));
  }

  @Test
  void eachStepOfAChainLooksItsParentUpThoughTheBundledSqliteWouldSearchAllCheckpoints()
      throws SQLException {
    assertThat(plan(SqlHistory.MEASUREMENTS_OF_THE_CHAIN))
        .filteredOn(step -> step.contains(" c "))
        .hasSize(2)
        .allMatch(step -> step.contains("checkpoints_digest (job_id=? AND digest=?)"));
  }

  @Test
  void whatIsToDeleteIsFoundByItsOwnIndex() throws SQLException {
    assertThat(plan(SqlHistory.TO_DELETE)).anyMatch(step -> step.contains("checkpoints_to_delete"));
  }

  @Test
  void theLastMeasurementIsFoundFromTheNewestCheckpointBackAndNothingIsSorted()
      throws SQLException {
    assertThat(plan(SqlHistory.LAST_MEASURED))
        .singleElement()
        .asString()
        .contains("SEARCH checkpoints USING INDEX");
  }

  @Test
  void theNewestSegmentsAreFoundFromTheLastOneBackAndNothingIsSorted() throws SQLException {
    assertThat(plan(SqlHistory.NEWEST_SEGMENTS))
        .singleElement()
        .asString()
        .contains("SEARCH segments USING INDEX");
  }

  /** The steps in which the bundled SQLite answers a question. */
  private List<String> plan(String sql) throws SQLException {
    String asked =
        sql.replace(":job", "'j'").replace("<kept>", "'a', 'b'").replaceAll("= \\?", "= 'j'");
    List<String> steps = new ArrayList<>();
    SqliteDatabase database = SqliteDatabase.open(folder.resolve("planned.db"));
    try (Connection connection = database.writer();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + asked)) {
      while (rows.next()) {
        steps.add(rows.getString("detail"));
      }
    }
    return steps;
  }
}
