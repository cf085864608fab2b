package baton.coordinator.store;

import baton.protocol.Sha256;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * Copies the content of one database, as of one instant, into another, in one transaction, and
 * reads it back before that transaction ends.
 */
public final class Transfer {
  /** All tables of Baton but the cluster's name; each refers only to earlier ones. */
  static final List<String> TABLES =
      List.of("jobs", "specs", "answers", "segments", "checkpoints", "events", "tokens");

  /** The tables to copy if the source has no tokens: the target then keeps its own. */
  private static final List<String> TABLES_WITHOUT_TOKENS =
      TABLES.stream().filter(table -> !table.equals("tokens")).toList();

  private static final int ROWS_AT_ONCE = 500;
  private static final BigInteger DIGESTS = BigInteger.ONE.shiftLeft(256);

  /**
   * The content of a table.
   *
   * @param digest the sum of the sha256 of its rows, so that their order does not matter
   */
  public record Table(String name, long rows, BigInteger digest) {}

  private Transfer() {}

  /** The number of jobs in a database. */
  public static long jobs(Database database) {
    try (Connection connection = database.snapshot()) {
      return count(connection, "jobs");
    } catch (SQLException e) {
      throw database.unusable(e);
    }
  }

  /** The highest incarnation of any job in a database; 0: there is none. */
  public static long incarnation(Database database) {
    try (SqlJobStore jobs = new SqlJobStore(database)) {
      return jobs.newest(Integer.MAX_VALUE).stream()
          .mapToLong(job -> job.fence().incarnation())
          .max()
          .orElse(0);
    }
  }

  /**
   * @param replace whether the target's content is deleted first
   * @return the copied tables
   * @throws DatabaseException if the target holds jobs and {@code replace} is false, or if the rows
   *     that arrived are not those that were sent; the target is then unchanged
   */
  public static List<Table> copy(Database from, Database to, boolean replace) {
    try (Connection source = from.snapshot();
        Handle target = Jdbi.create(to::writer).open()) {
      return target.inTransaction(handle -> copy(source, handle, to, replace));
    } catch (SQLException e) {
      throw from.unusable(e);
    } catch (JdbiException e) {
      throw to.unusable(e);
    }
  }

  private static List<Table> copy(Connection source, Handle handle, Database to, boolean replace)
      throws SQLException {
    Connection target = handle.getConnection();
    to.takeTurn(handle);
    if (replace) {
      clear(target);
    } else if (count(target, "jobs") > 0) {
      throw new DatabaseException(
          "The database %s holds jobs already, and nothing was changed. Name an empty one."
              .formatted(to.name()));
    }
    List<String> tables = count(source, "tokens") > 0 ? TABLES : TABLES_WITHOUT_TOKENS;
    if (tables.contains("tokens")) {
      execute(target, "DELETE FROM tokens");
    }
    List<Table> sent = new ArrayList<>();
    for (String table : tables) {
      sent.add(copy(table, source, target));
    }
    List<Table> arrived = new ArrayList<>();
    for (String table : tables) {
      arrived.add(read(table, target));
    }
    if (!arrived.equals(sent)) {
      throw new DatabaseException(
          "What arrived in %s is not what was sent (%s, not %s), and nothing was changed there. This is a fault of Baton's: keep using the old database."
              .formatted(to.name(), arrived, sent));
    }
    return sent;
  }

  private static void clear(Connection target) throws SQLException {
    List<String> backwards = new ArrayList<>(TABLES_WITHOUT_TOKENS);
    Collections.reverse(backwards);
    for (String table : backwards) {
      execute(target, "DELETE FROM " + table);
    }
  }

  private static Table copy(String table, Connection source, Connection target)
      throws SQLException {
    try (Statement question = source.createStatement()) {
      question.setFetchSize(ROWS_AT_ONCE);
      try (ResultSet rows = question.executeQuery("SELECT * FROM " + table)) {
        List<String> columns = columns(rows.getMetaData());
        Digest digest = new Digest();
        try (PreparedStatement insert = target.prepareStatement(insert(table, columns))) {
          while (rows.next()) {
            digest.add(columns, rows);
            for (int i = 1; i <= columns.size(); i++) {
              insert.setObject(i, rows.getObject(i));
            }
            insert.addBatch();
            if (digest.rows % ROWS_AT_ONCE == 0) {
              insert.executeBatch();
            }
          }
          insert.executeBatch();
        }
        return digest.of(table);
      }
    }
  }

  private static Table read(String table, Connection connection) throws SQLException {
    try (Statement question = connection.createStatement()) {
      question.setFetchSize(ROWS_AT_ONCE);
      try (ResultSet rows = question.executeQuery("SELECT * FROM " + table)) {
        List<String> columns = columns(rows.getMetaData());
        Digest digest = new Digest();
        while (rows.next()) {
          digest.add(columns, rows);
        }
        return digest.of(table);
      }
    }
  }

  private static String insert(String table, List<String> columns) {
    return "INSERT INTO %s (%s) VALUES (%s)"
        .formatted(
            table,
            String.join(", ", columns),
            String.join(", ", Collections.nCopies(columns.size(), "?")));
  }

  private static List<String> columns(ResultSetMetaData data) throws SQLException {
    List<String> columns = new ArrayList<>();
    for (int i = 1; i <= data.getColumnCount(); i++) {
      columns.add(data.getColumnName(i));
    }
    return columns;
  }

  private static long count(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /** The count and digest of a table's rows so far. */
  private static final class Digest {
    private long rows;
    private BigInteger sum = BigInteger.ZERO;

    void add(List<String> columns, ResultSet row) throws SQLException {
      StringBuilder text = new StringBuilder();
      for (String column : columns.stream().sorted().toList()) {
        String value = row.getString(column);
        text.append(column).append(value == null ? "-" : "=" + value.length() + ":" + value);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      sum = sum.add(new BigInteger(Sha256.of(bytes).hex(), 16)).mod(DIGESTS);
      rows++;
    }

    Table of(String name) {
      return new Table(name, rows, sum);
    }
  }
}
