package baton.coordinator.store;

import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.StoreUnavailable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This coordinator's entry among the users of one PostgreSQL database: a connection that holds a
 * lock for its address exactly as long as the process lives.
 *
 * <p>Fences are safe whoever else uses the database. But coordinators that do not see each other's
 * renewals would end each other's leases, so a coordinator that finds a stranger there decides
 * nothing.
 */
public final class Registration implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
  private static final int ENTRIES = PostgresDatabase.LOCKS + 1;
  private static final int VALID_SECONDS = 2;

  private static final String ENTER = "SELECT pg_advisory_lock(?, ?)";
  private static final String OTHERS =
      "SELECT DISTINCT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
          + " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ?::bigint::oid"
          + " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
          + " AND l.pid <> pg_backend_pid()";

  private static final String TABLES =
      "SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank DESC LIMIT 1";

  private final PostgresDatabase database;
  private final SchemaVersion form;
  private final Optional<Members> members;
  private Connection entry;
  private boolean isEntered;
  private boolean hasStarted;
  private volatile Runnable returned = () -> {};
  private volatile String refused;
  private volatile StoreUnavailable gone;

  private Registration(PostgresDatabase database, SchemaVersion form, Optional<Members> members) {
    this.database = database;
    this.form = form;
    this.members = members;
  }

  /**
   * @throws DatabaseException if another cluster, or a member of another version, uses the database
   */
  public static Registration enter(PostgresDatabase database, Optional<Members> members) {
    return enter(database, database.form(), members);
  }

  /** Enters as a coordinator of this schema version would. */
  static Registration enter(
      PostgresDatabase database, SchemaVersion form, Optional<Members> members) {
    Registration registration = new Registration(database, form, members);
    try {
      registration.connect();
      registration.judge();
    } catch (SQLException e) {
      registration.close();
      throw registration.notEntered(e);
    }
    if (registration.refused != null) {
      registration.close();
      throw new DatabaseException(registration.refused);
    }
    registration.hasStarted = true;
    return registration;
  }

  /** The addresses of the coordinators that use the database now. */
  public static List<String> all(PostgresDatabase database) {
    try (Connection connection = database.writer()) {
      return others(connection).stream().map(entry -> entry.split(" ", 3)[2]).toList();
    } catch (SQLException e) {
      throw database.unusable(e);
    }
  }

  /**
   * Throws if nothing may be decided here.
   *
   * @throws CutOff if a stranger uses the database
   * @throws StoreUnavailable if the database was gone at the last look
   */
  public void check() {
    StoreUnavailable lost = gone;
    if (lost != null) {
      throw new StoreUnavailable(lost.getMessage(), lost);
    }
    String why = refused;
    if (why != null) {
      throw new CutOff(why, null);
    }
  }

  /**
   * Calls {@code change} when the database is back after it was gone, before anything is decided:
   * somebody may have replaced it meanwhile.
   */
  public void onReturn(Runnable change) {
    returned = change;
  }

  /** Checks who uses the database, and enters again after it was gone; called periodically. */
  public synchronized void look() {
    try {
      boolean isLost = entry == null || !entry.isValid(VALID_SECONDS);
      if (isLost) {
        lose(new SQLException("the connection was lost", "08006"));
        connect();
      }
      judge();
      if (isLost) {
        returned.run();
      }
      gone = null;
    } catch (SQLException e) {
      lose(e);
    }
  }

  private void lose(SQLException why) {
    gone = database.unavailable(why);
    close();
  }

  /** Ends the entry with its connection. */
  @Override
  public synchronized void close() {
    isEntered = false;
    if (entry != null) {
      try {
        entry.close();
      } catch (SQLException e) {
        LOG.debug("The server ends the entry by itself.", e);
      }
      entry = null;
    }
  }

  private void connect() throws SQLException {
    entry = database.named(applicationName());
  }

  /** Enters only if nothing is against it, so that a stranger that tries stops nobody. */
  private void judge() throws SQLException {
    Optional<String> against = reason();
    if (against.isEmpty() && !isEntered) {
      takeEntry();
      against = reason();
    }
    if (against.isPresent() && refused == null && hasStarted) {
      LOG.error(against.get());
    }
    if (against.isEmpty() && refused != null) {
      LOG.info("Nothing stands against this coordinator any more; it goes on.");
    }
    refused = against.orElse(null);
  }

  private void takeEntry() throws SQLException {
    try (PreparedStatement lock = entry.prepareStatement(ENTER)) {
      lock.setInt(1, ENTRIES);
      lock.setInt(2, own().hashCode());
      lock.execute();
    }
    isEntered = true;
  }

  /** Why this coordinator may decide nothing; empty: it may. */
  private Optional<String> reason() throws SQLException {
    String tables = tables();
    if (!tables.equals(form.tables())) {
      return Optional.of(
          "The tables of the database %s are of another version of Baton (their form is %s, this one's %s). Start this coordinator with the version that the others have."
              .formatted(database.name(), tables, form.tables()));
    }
    return others(entry).stream().flatMap(other -> against(other).stream()).findFirst();
  }

  private String tables() throws SQLException {
    try (PreparedStatement question = entry.prepareStatement(TABLES);
        ResultSet row = question.executeQuery()) {
      return row.next() ? row.getString(1) : "none";
    }
  }

  private Optional<String> against(String other) {
    if (other.equals(applicationName())) {
      return Optional.empty(); // its own earlier entry, or a duplicate: the lock decides
    }
    String[] words = other.split(" ", 3);
    if (words.length < 3) {
      return Optional.empty();
    }
    if (!words[1].equals(form.toString())) {
      return Optional.of(
          "The coordinator %s, which uses the database %s too, is of another version of Baton (its form is %s, this one's %s). Stop all members, then start them all with one version."
              .formatted(words[2], database.name(), words[1], form));
    }
    boolean isKnown =
        members.stream()
            .flatMap(named -> named.all().stream())
            .anyMatch(member -> entered(member.toString()).equals(other));
    return isKnown
        ? Optional.empty()
        : Optional.of(
            "The coordinator %s uses the database %s too, and is no member of this cluster. Stop it, or name all members with --cluster, the same ones everywhere."
                .formatted(words[2], database.name()));
  }

  private String own() {
    return members.map(named -> named.own().toString()).orElse("(alone)");
  }

  private String applicationName() {
    return entered(own());
  }

  /** The application name, cut to the length that PostgreSQL keeps. */
  private String entered(String address) {
    String name = "baton %s %s".formatted(form, address);
    return name.length() > 63 ? name.substring(0, 63) : name;
  }

  private static List<String> others(Connection connection) throws SQLException {
    try (PreparedStatement question = connection.prepareStatement(OTHERS)) {
      question.setLong(1, ENTRIES);
      List<String> found = new ArrayList<>();
      try (ResultSet rows = question.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      return found;
    }
  }

  private DatabaseException notEntered(SQLException e) {
    return "55P03".equals(e.getSQLState())
        ? new DatabaseException(
            "Another coordinator uses the database %s as %s. Stop that one first, or give this one its own address with --cluster and --member."
                .formatted(database.name(), own()),
            e)
        : database.unusable(e);
  }
}
