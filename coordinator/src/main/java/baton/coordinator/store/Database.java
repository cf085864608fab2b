package baton.coordinator.store;

import baton.coordinator.lease.StoreUnavailable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** A database with Baton's tables: how to connect to it, and what its errors mean. */
public sealed interface Database permits SqliteDatabase, PostgresDatabase {
  /**
   * Checks the database, and creates or migrates its tables.
   *
   * @param password of a database that asks for one
   * @throws DatabaseException if it cannot be used, with the reason
   */
  static Database open(DatabaseAddress address, Optional<String> password) {
    if (address instanceof DatabaseAddress.Postgres postgres) {
      return PostgresDatabase.open(postgres, password);
    }
    return SqliteDatabase.open(((DatabaseAddress.Sqlite) address).file());
  }

  /** Its name for people, never with a password. */
  String name();

  /** A source of read-only connections, for a pool. */
  DataSource reader();

  /** How many connections may read at the same time. */
  int readers();

  /** A new connection that reads a snapshot of one instant, however long the reading takes. */
  Connection snapshot() throws SQLException;

  /** A new connection that writes. */
  Connection writer() throws SQLException;

  /**
   * Waits until no other coordinator writes; called first in each transaction that writes. So
   * batches of transitions are stored one after the other, and numbers that transactions assign
   * follow the order of the commits.
   */
  void takeTurn(Handle writer);

  /** The failure to report to clients of a running coordinator. */
  StoreUnavailable unavailable(Throwable thrown);

  /** The failure to report to a person who starts a coordinator or copies the database. */
  DatabaseException unusable(Throwable thrown);
}
