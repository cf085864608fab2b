package baton.coordinator.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.Map;

/**
 * The statements of one connection, each prepared once. The rows of each are buffered and sent as a
 * batch, since each call to a database on another machine costs a round trip.
 *
 * <p>They are closed with their connection.
 */
final class Statements {
  /** Stands for a null number; a null text is just {@code null}. */
  static final Object NO_NUMBER = new Object();

  private final Connection connection;
  private final Map<String, Kept> kept = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  /** A statement, and how many rows wait for it. */
  private static final class Kept {
    private final PreparedStatement statement;
    private int rows;

    private Kept(PreparedStatement statement) {
      this.statement = statement;
    }
  }

  /** Buffers a row. A null has a type: otherwise PostgreSQL would plan the statement again. */
  void add(String sql, Object... values) throws SQLException {
    Kept of = kept(sql);
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      if (value == null) {
        of.statement.setNull(i + 1, Types.VARCHAR);
      } else if (value == NO_NUMBER) {
        of.statement.setNull(i + 1, Types.INTEGER);
      } else if (value instanceof String text) {
        of.statement.setString(i + 1, text);
      } else if (value instanceof Long number) {
        of.statement.setLong(i + 1, number);
      } else {
        of.statement.setInt(i + 1, (Integer) value);
      }
    }
    of.statement.addBatch();
    of.rows++;
  }

  /** Sends a statement's buffered rows; returns how many rows of the table each wrote. */
  int[] send(String sql) throws SQLException {
    Kept of = kept(sql);
    if (of.rows == 0) {
      return new int[0];
    }
    of.rows = 0;
    return of.statement.executeBatch();
  }

  /** The single number that a query returns. */
  long number(String sql) throws SQLException {
    try (ResultSet found = kept(sql).statement.executeQuery()) {
      found.next();
      return found.getLong(1);
    }
  }

  private Kept kept(String sql) throws SQLException {
    Kept known = kept.get(sql);
    if (known == null) {
      known = new Kept(connection.prepareStatement(sql));
      kept.put(sql, known);
    }
    return known;
  }
}
