package baton.coordinator.store;

import baton.coordinator.lease.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/**
 * An embedded SQLite database in one file, and everything specific to SQLite: how it is opened and
 * checked, and what its errors mean.
 *
 * <p>It uses a write-ahead log with full synchronisation: each commit is on disk before it returns
 * (R4).
 */
public final class SqliteDatabase implements Database {
  private static final int READERS = 3;
  private static final int BUSY_MILLIS = 2_000;
  private static final int LOG_BYTES_KEPT = 16 << 20;

  /** Checking takes about 1.5 ms per megabyte, and the coordinator should be ready soon. */
  private static final long MOST_BYTES_CHECKED = 512L << 20;

  private final Path file;

  private SqliteDatabase(Path file) {
    this.file = file;
  }

  /** Checks the file, and creates or migrates its tables. */
  public static SqliteDatabase open(Path file) {
    SqliteDatabase database = new SqliteDatabase(file);
    if (Files.exists(file)) {
      database.requireSound();
    }
    database.bringUpToDate();
    return database;
  }

  private void bringUpToDate() {
    try {
      Migrations.run(source(config()), name());
    } catch (DatabaseException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unusable(e);
    }
  }

  /**
   * Opens the database of an installation that may be running, and leaves its tables as they are.
   *
   * @throws DatabaseException if they would have to be migrated
   */
  public static SqliteDatabase openBeside(Path file) {
    SqliteDatabase database = new SqliteDatabase(file);
    database.requireSound();
    if (Migrations.arePending(database.source(config()))) {
      throw new DatabaseException(
          "The database %s is of an older Baton, whose coordinator may be running. Nothing was changed: use that Baton's command, or start a coordinator of this one first."
              .formatted(file));
    }
    database.bringUpToDate(); // there is nothing to do; a newer database is refused
    return database;
  }

  /** Deletes a copy that nobody uses, and its log files. */
  static void delete(Path copy) {
    for (String beside : List.of("", "-wal", "-shm")) {
      try {
        Files.deleteIfExists(copy.resolveSibling(copy.getFileName() + beside));
      } catch (IOException e) {
        // The next copy overwrites it.
      }
    }
  }

  /**
   * Renames the file, so that nobody goes on using it by mistake; it can be moved back.
   *
   * @return where it is now
   */
  public Path setAside(String suffix) {
    Path aside = file.resolveSibling(file.getFileName() + suffix);
    try {
      for (String beside : List.of("-wal", "-shm", "")) {
        Path from = file.resolveSibling(file.getFileName() + beside);
        if (Files.exists(from)) {
          Files.move(from, aside.resolveSibling(aside.getFileName() + beside));
        }
      }
      return aside;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public DataSource reader() {
    SQLiteConfig config = config();
    config.setReadOnly(true);
    return source(config);
  }

  @Override
  public Connection snapshot() throws SQLException {
    Connection connection = reader().getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  @Override
  public int readers() {
    return READERS;
  }

  /** A writer's transactions take the write lock when they begin, never half-way. */
  @Override
  public Connection writer() throws SQLException {
    SQLiteConfig config = config();
    config.setTransactionMode(TransactionMode.IMMEDIATE);
    config.resetOpenMode(SQLiteOpenMode.CREATE); // a deleted file is not created again
    return source(config).getConnection();
  }

  /** Does nothing: the transaction took the write lock when it began. */
  @Override
  public void takeTurn(Handle writer) {}

  @Override
  public StoreUnavailable unavailable(Throwable thrown) {
    return new StoreUnavailable(explain(thrown, Causes.GOES_ON), thrown);
  }

  @Override
  public DatabaseException unusable(Throwable thrown) {
    return new DatabaseException(explain(thrown, Causes.TRY_AGAIN), thrown);
  }

  private String explain(Throwable thrown, String then) {
    int primary =
        Causes.first(SQLiteException.class, thrown)
            .map(e -> e.getResultCode().code & 0xff)
            .orElse(0);
    if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
      return "The disk under the database %s is full. Free some space%s".formatted(file, then);
    }
    if (primary == SQLiteErrorCode.SQLITE_BUSY.code
        || primary == SQLiteErrorCode.SQLITE_LOCKED.code) {
      return "Another program has locked the database %s. Close it%s".formatted(file, then);
    }
    if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code
        || primary == SQLiteErrorCode.SQLITE_NOTADB.code) {
      return damaged(Causes.innermost(thrown));
    }
    return "The database %s cannot be read or written: %s. Check the disk and this user's rights on it."
        .formatted(file, Causes.innermost(thrown));
  }

  private String damaged(String how) {
    return "The database %s is damaged (%s). Stop the coordinator and put a back-up in its place with: baton restore FILE --replace; if there is none, take its jobs up from their checkpoints, into a new data directory, with: baton recover"
        .formatted(file, how);
  }

  private void requireSound() {
    try (Connection connection = source(new SQLiteConfig()).getConnection();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(check())) {
      String verdict = found.next() ? found.getString(1) : "no answer";
      if (!verdict.equals("ok")) {
        throw new DatabaseException(damaged(verdict.replaceAll("\\s+", " ")));
      }
    } catch (SQLException e) {
      throw unusable(e);
    }
  }

  /** The query that checks the file; in a large one it only reads the first pages. */
  private String check() {
    return file.toFile().length() <= MOST_BYTES_CHECKED
        ? "PRAGMA quick_check(1)"
        : "SELECT 'ok' FROM (SELECT count(*) FROM sqlite_master)";
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setJournalSizeLimit(LOG_BYTES_KEPT);
    config.enforceForeignKeys(true);
    config.setGetGeneratedKeys(false);
    return config;
  }

  private SQLiteDataSource source(SQLiteConfig config) {
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }
}
