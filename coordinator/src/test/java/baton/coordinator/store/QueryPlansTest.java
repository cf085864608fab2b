package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How both databases plan every statement that a request or a commit waits for, with 20,000 rows of
 * one job: none goes through a whole table, and none but those that list a whole history sorts.
 */
class QueryPlansTest {
  private static final int ROWS = 20_000;

  /** The last job is the one that is asked about; its history is a third of all. */
  private static final int JOBS = 3;

  /** They tell all of a job's history, so to read it in one go is no fault of the plan. */
  private static final Set<String> WHOLE_HISTORY =
      Set.of(
          "SqlHistory.SEGMENTS", "SqlHistory.CHECKPOINTS", "SqlHistory.MEASUREMENTS_OF_THE_CHAIN");

  /** What is to be deleted are few, and they are sorted once they are found. */
  private static final Set<String> SORTS = Set.of("SqlHistory.TO_DELETE");

  @TempDir Path folder;

  @Test
  void theBundledSqliteGoesThroughNoWholeTable() throws SQLException {
    try (Connection connection = SqliteDatabase.open(folder.resolve("planned.db")).writer()) {
      fill(connection);
      for (Map.Entry<String, String> asked : statements().entrySet()) {
        List<String> plan = lines(connection, "EXPLAIN QUERY PLAN " + asked.getValue(), "detail");

        assertThat(plan)
            .as("%s: %s", asked.getKey(), plan)
            .noneMatch(
                step ->
                    step.matches(
                            "SCAN (jobs|o|answers|specs|segments|checkpoints|c|events|e|j)\\b.*")
                        && !step.contains("USING"));
        if (!WHOLE_HISTORY.contains(asked.getKey()) && !SORTS.contains(asked.getKey())) {
          assertThat(plan).as(asked.getKey()).noneMatch(step -> step.contains("TEMP B-TREE"));
        }
      }
      assertThat(
              lines(
                  connection,
                  "EXPLAIN QUERY PLAN " + statements().get("SqlHistory.TO_DELETE"),
                  "detail"))
          .anyMatch(step -> step.contains("checkpoints_to_delete"));
    }
  }

  @Test
  void postgresGoesThroughNoWholeTable() throws SQLException {
    Database database = Database.open(PostgresServer.freshDatabase(), Optional.empty());
    try (Connection connection = database.writer()) {
      fill(connection);
      execute(connection, "ANALYZE");
      for (Map.Entry<String, String> asked : statements().entrySet()) {
        List<String> plan = lines(connection, "EXPLAIN " + asked.getValue(), "QUERY PLAN");

        if (!WHOLE_HISTORY.contains(asked.getKey())) {
          assertThat(plan)
              .as("%s: %s", asked.getKey(), plan)
              .noneMatch(
                  step -> step.matches(".*Seq Scan on (answers|segments|checkpoints|events)\\b.*"));
        }
      }
    }
  }

  /** Every constant of the store that is asked of the database, with values in place. */
  private static Map<String, String> statements() {
    Map<String, String> all = new LinkedHashMap<>();
    for (Class<?> type :
        List.of(
            SqlJobStore.class,
            SqlHistory.class,
            SqlEventLog.class,
            TransitionWriter.class,
            HistoryWriter.class)) {
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
          String sql = text(field);
          if (sql.matches("(?s)(SELECT|UPDATE|WITH) .*")) {
            all.put(type.getSimpleName() + "." + field.getName(), withValues(sql));
          }
        }
      }
    }
    assertThat(all).hasSizeGreaterThan(15);
    return all;
  }

  private static String text(Field field) {
    try {
      field.setAccessible(true);
      return (String) field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  /** A quoted number is a text or a number, as the database needs it. */
  private static String withValues(String sql) {
    return sql.replace(":job", "'2'").replace("<kept>", "'19000'").replaceAll("\\?", "'2'");
  }

  private static void fill(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    for (int job = 0; job < JOBS; job++) {
      String id = Integer.toString(job);
      insert(connection, "jobs", id, "name" + id, 1, "WAITING", 0, null, id, "{}");
    }
    String hash = "INSERT INTO answers VALUES (?, ?, ?)";
    try (PreparedStatement answers = connection.prepareStatement(hash);
        PreparedStatement segments = connection.prepareStatement(into("segments", 16));
        PreparedStatement events = connection.prepareStatement(into("events", 7));
        PreparedStatement checkpoints =
            connection.prepareStatement(
                "INSERT INTO checkpoints (job_id, job_version, place, digest, parent, epoch, batch,"
                    + " fence, folder, state_digest, bytes, session, verified, measurements, mark,"
                    + " committed_at, deleted_at) VALUES (?, ?, 0, ?, ?, ?, 0, 1, 'f', 's', 1, 's',"
                    + " 'WORKER', '[]', 'PRUNED', 'now', 'now')")) {
      for (int row = 0; row < ROWS * JOBS; row++) {
        String job = Integer.toString(row % JOBS);
        int version = row / JOBS;
        add(answers, "key" + row, job, "{}");
        add(
            segments, job, version, 0, version, "s", "w", "d", 0, 0, 0, 0, 1, 0, "now", "LOST",
            "now");
        add(events, job, version, 0, "COMMITTED", "text", "now", row);
        add(
            checkpoints,
            job,
            version,
            Integer.toString(version),
            Integer.toString(version - 1),
            version);
      }
      for (PreparedStatement batch : List.of(answers, segments, events, checkpoints)) {
        batch.executeBatch();
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static String into(String table, int columns) {
    return "INSERT INTO %s VALUES (?%s)".formatted(table, ", ?".repeat(columns - 1));
  }

  private static void insert(Connection connection, String table, Object... values)
      throws SQLException {
    try (PreparedStatement one = connection.prepareStatement(into(table, values.length))) {
      add(one, values);
      one.executeBatch();
    }
  }

  private static void add(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.addBatch();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> lines(Connection connection, String sql, String column)
      throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        lines.add(rows.getString(column));
      }
    }
    return lines;
  }
}
