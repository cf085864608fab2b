package baton.coordinator.store;

import baton.coordinator.lease.StoreUnavailable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL database that several coordinators share, and everything specific to PostgreSQL: how
 * it is opened and what its errors mean.
 *
 * <p>One advisory lock is the write lock. A coordinator that is frozen or cut off while it holds
 * the lock loses it with its transaction, which the server ends after {@link #LONGEST_PAUSE}.
 */
public final class PostgresDatabase implements Database {
  /** The first key of all of Baton's advisory locks. */
  static final int LOCKS = 0x6261746f;

  private static final int TURN = 1;
  private static final int MIGRATION = 2;

  /**
   * The longest pause between two statements of a transaction; a healthy coordinator makes none.
   */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private static final Duration LONGEST_WAIT_FOR_TURN = Duration.ofSeconds(6);

  /** A member that starts beside others waits until one of them has migrated the tables. */
  private static final Duration LONGEST_WAIT_TO_START = Duration.ofSeconds(60);

  private static final int ANSWER_SECONDS = 10;
  private static final int CONNECT_SECONDS = 3;
  private static final int READERS = 6;

  private final DatabaseAddress.Postgres address;
  private final Optional<String> password;
  private final PGSimpleDataSource source;
  private final PostgresErrors errors;
  private SchemaVersion form;

  private PostgresDatabase(DatabaseAddress.Postgres address, Optional<String> password) {
    this.address = address;
    this.password = password;
    this.source = source("baton");
    this.errors = new PostgresErrors(address);
  }

  private PGSimpleDataSource source(String application) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(
        "jdbc:postgresql://%s:%d/%s%s"
            .formatted(
                address.host(),
                address.port(),
                address.database(),
                address.parameters().isEmpty() ? "" : "?" + address.parameters()));
    source.setUser(address.user());
    password.ifPresent(source::setPassword); // without a password the driver reads ~/.pgpass
    source.setApplicationName(application);
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setSocketTimeout(ANSWER_SECONDS);
    source.setTcpKeepAlive(true);
    source.setOptions(
        "-c idle_in_transaction_session_timeout=%d -c lock_timeout=%d -c synchronous_commit=on -c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"
            .formatted(LONGEST_PAUSE.toMillis(), LONGEST_WAIT_FOR_TURN.toMillis()));
    return source;
  }

  static PostgresDatabase open(DatabaseAddress.Postgres address, Optional<String> password) {
    PostgresDatabase database = new PostgresDatabase(address, password);
    try (Connection first = database.source.getConnection()) {
      first.setNetworkTimeout(Runnable::run, (int) LONGEST_WAIT_TO_START.toMillis());
      try (Statement patience = first.createStatement()) {
        patience.execute("SET lock_timeout = " + LONGEST_WAIT_TO_START.toMillis());
      }
      lock(first, MIGRATION); // ends with the connection: members that start at once take turns
      if (Migrations.arePending(database.source) && !Registration.all(database).isEmpty()) {
        throw new DatabaseException(
            "Coordinators of an older version use the database %s: %s. Stop all members before one of a newer version is started."
                .formatted(address, String.join(", ", Registration.all(database))));
      }
      String tables = Migrations.run(database.source, database.name());
      database.form = new SchemaVersion(tables, HazelcastSettings.FORM);
      return database;
    } catch (DatabaseException e) {
      throw e;
    } catch (SQLException | RuntimeException e) {
      throw database.unusable(e);
    }
  }

  @Override
  public String name() {
    return address.toString();
  }

  @Override
  public DataSource reader() {
    return source;
  }

  @Override
  public Connection snapshot() throws SQLException {
    Connection connection = source.getConnection();
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET idle_in_transaction_session_timeout = 0"); // its reader may be slow
    }
    return connection;
  }

  @Override
  public int readers() {
    return READERS;
  }

  @Override
  public Connection writer() throws SQLException {
    return source.getConnection();
  }

  /** A connection that others can recognize by its application name. */
  Connection named(String application) throws SQLException {
    return source(application).getConnection();
  }

  /** The versions of tables and shared data, the same for all coordinators on one database. */
  SchemaVersion form() {
    return form;
  }

  @Override
  public void takeTurn(Handle writer) {
    writer.execute("SELECT pg_advisory_xact_lock(?, ?)", LOCKS, TURN);
  }

  @Override
  public StoreUnavailable unavailable(Throwable thrown) {
    return new StoreUnavailable(errors.explain(thrown, Causes.GOES_ON), thrown);
  }

  @Override
  public DatabaseException unusable(Throwable thrown) {
    return new DatabaseException(errors.explain(thrown, Causes.TRY_AGAIN), thrown);
  }

  private static void lock(Connection connection, int what) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT pg_advisory_lock(?, ?)")) {
      statement.setInt(1, LOCKS);
      statement.setInt(2, what);
      statement.execute();
    }
  }
}
