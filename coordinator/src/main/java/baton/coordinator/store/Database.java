package baton.coordinator.store;

import baton.coordinator.lease.StoreUnavailable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** A database with Baton's tables: how its connections are had, and what its errors mean. */
public sealed interface Database permits SqliteDatabase, PostgresDatabase {
  /**
   * Checks the database, creates or brings up to date its tables, or says why not.
   *
   * @param password of a database that asks for one
   * @throws DatabaseException if it cannot be used
   */
  static Database open(DatabaseAddress address, Optional<String> password) {
    if (address instanceof DatabaseAddress.Postgres postgres) {
      return PostgresDatabase.open(postgres, password);
    }
    return SqliteDatabase.open(((DatabaseAddress.Sqlite) address).file());
  }

  /** How a person knows it; never with a password. */
  String name();

  /** A source of connections that only read; lent and taken back by a pool. */
  DataSource reader();

  /** How many read at the same time. */
  int readers();

  /** A new connection that reads all as it is at one instant, however long that takes. */
  Connection snapshot() throws SQLException;

  /** A new connection that writes. */
  Connection writer() throws SQLException;

  /**
   * Waits until no other coordinator writes; called first in each transaction that writes. So
   * transitions are stored one batch after the other, and what is numbered in a transaction is
   * numbered in the order of the commits.
   */
  void takeTurn(Handle writer);

  /** What an error means to who asks a coordinator that runs. */
  StoreUnavailable unavailable(Throwable thrown);

  /** What an error means to who starts over the database, or copies it. */
  DatabaseException unusable(Throwable thrown);
}
