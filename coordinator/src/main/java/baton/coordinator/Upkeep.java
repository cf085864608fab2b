package baton.coordinator;

import baton.coordinator.http.TokenFile;
import baton.coordinator.lease.JobStore;
import baton.coordinator.relay.StoreRecovery;
import baton.coordinator.relay.StoreRecovery.Finding;
import baton.coordinator.store.Backup;
import baton.coordinator.store.DataDirectory;
import baton.coordinator.store.Database;
import baton.coordinator.store.DatabaseAddress;
import baton.coordinator.store.DatabaseException;
import baton.coordinator.store.PostgresDatabase;
import baton.coordinator.store.Registration;
import baton.coordinator.store.Restored;
import baton.coordinator.store.SqlTokens;
import baton.coordinator.store.SqliteDatabase;
import baton.coordinator.store.Transfer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** What a person does to the database of an installation: move it, back it up, restore it. */
public final class Upkeep {
  private Upkeep() {}

  /**
   * Which database of which installation.
   *
   * @param address empty: the embedded one in the data directory
   */
  public record Place(Path data, Optional<DatabaseAddress> address, Optional<String> password) {
    Database open(DataDirectory directory) {
      if (address.isEmpty()) {
        directory.requireDatabase();
      }
      return Database.open(
          address.orElseGet(() -> new DatabaseAddress.Sqlite(directory.database())), password);
    }

    /** Of an installation that may be running: nothing is made, and nothing locked. */
    private Database openBeside() {
      Path embedded = DataDirectory.databaseIn(data);
      DatabaseAddress found = address.orElseGet(() -> new DatabaseAddress.Sqlite(embedded));
      if (!(found instanceof DatabaseAddress.Sqlite sqlite)) {
        return Database.open(found, password);
      }
      if (!Files.exists(sqlite.file())) {
        throw new DatabaseException(
            "There is no database %s. Name the data directory of a coordinator with --data, or its database with --database."
                .formatted(sqlite.file()));
      }
      return SqliteDatabase.openBeside(sqlite.file());
    }
  }

  /**
   * What was moved.
   *
   * @param aside where the old database is now, if it is a file
   */
  public record Migrated(List<Transfer.Table> tables, Optional<Path> aside) {}

  /** Copies the database as it is now; the coordinator may go on. Returns the number of jobs. */
  public static long backup(Place place, Path file) {
    return Backup.take(place.openBeside(), file);
  }

  /**
   * Moves a stopped installation to another database, which must be empty. The tokens stay in the
   * data directory, and their hashes go along. An old database that is a file is put aside, so that
   * no coordinator goes on with it.
   */
  public static Migrated migrate(Place from, DatabaseAddress to) {
    try (DataDirectory directory = DataDirectory.open(from.data())) {
      Database source = from.open(directory);
      requireStopped(source);
      Database target = Database.open(to, from.password());
      requireStopped(target);
      List<Transfer.Table> moved = Transfer.copy(source, target, false);
      new TokenFile(directory.folder())
          .read()
          .ifPresent(tokens -> new SqlTokens(target).keepIfNone(tokens.hashes()));
      Optional<Path> aside =
          source instanceof SqliteDatabase file
              ? Optional.of(file.setAside(".migrated"))
              : Optional.empty();
      return new Migrated(moved, aside);
    }
  }

  /**
   * Puts a back-up in the place of the database of a stopped installation, and takes every job up
   * from it (R2).
   *
   * @param stores what they hold beyond the back-up is adopted; a job whose store is not among them
   *     pauses (R3)
   * @param replace whether a database that holds jobs may be replaced; an embedded one is kept
   *     under another name
   * @return what became of each job
   */
  public static List<Finding> restore(
      Place to, Path backup, List<RecoverySource> stores, boolean replace, Clock clock) {
    if (!Files.isRegularFile(backup)) {
      throw new DatabaseException("There is no back-up %s.".formatted(backup));
    }
    try (DataDirectory directory = DataDirectory.open(to.data())) {
      DatabaseAddress address =
          to.address().orElseGet(() -> new DatabaseAddress.Sqlite(directory.database()));
      try (Restored restored = Restored.copyOf(backup, directory.folder())) {
        if (address instanceof DatabaseAddress.Sqlite sqlite) {
          long highest = highestIn(sqlite.file(), replace);
          List<Finding> findings = takeUp(restored, stores, highest, clock);
          restored.replaceFile(sqlite.file(), restored.incarnation());
          return findings;
        }
        Database target = Database.open(address, to.password());
        requireStopped(target);
        requireReplaceable(target, replace);
        List<Finding> findings = takeUp(restored, stores, Transfer.incarnation(target), clock);
        restored.replaceAll(target, replace);
        return findings;
      }
    }
  }

  private static List<Finding> takeUp(
      Restored restored, List<RecoverySource> stores, long highest, Clock clock) {
    CompositeCheckpointFiles files =
        new CompositeCheckpointFiles(stores.stream().map(RecoverySource::files).toList());
    try (JobStore jobs = restored.jobs()) {
      return new StoreRecovery(jobs, files, clock, StoreRecovery.Wishes.NONE)
          .adopt(stores.stream().map(RecoverySource::contents).toList(), highest);
    }
  }

  /** Of one that is damaged nothing can be known; the time that has passed must do. */
  private static long highestIn(Path file, boolean replace) {
    if (!Files.exists(file)) {
      return 0;
    }
    try {
      Database target = Database.open(new DatabaseAddress.Sqlite(file), Optional.empty());
      requireReplaceable(target, replace);
      return Transfer.incarnation(target);
    } catch (DatabaseException e) {
      if (replace) {
        return 0;
      }
      throw e;
    }
  }

  private static void requireReplaceable(Database target, boolean replace) {
    if (!replace && Transfer.jobs(target) > 0) {
      throw new DatabaseException(
          "The database %s holds jobs, and nothing was changed. To put the back-up in its place, say --replace."
              .formatted(target.name()));
    }
  }

  static void requireStopped(Database database) {
    if (database instanceof PostgresDatabase shared && !Registration.all(shared).isEmpty()) {
      throw new DatabaseException(
          "Coordinators run on the database %s: %s. Stop them first."
              .formatted(shared.name(), String.join(", ", Registration.all(shared))));
    }
  }
}
