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

/** What an operator does with the database of an installation: move it, back it up, restore it. */
public final class Upkeep {
  private Upkeep() {}

  /**
   * The database of an installation.
   *
   * @param address empty for the embedded one in the data directory
   */
  public record InstalledDatabase(
      Path data, Optional<DatabaseAddress> address, Optional<String> password) {
    Database open(DataDirectory directory) {
      if (address.isEmpty()) {
        directory.requireDatabase();
      }
      return Database.open(
          address.orElseGet(() -> new DatabaseAddress.Sqlite(directory.database())), password);
    }

    /** Opens the database of an installation that may be running: it creates and locks nothing. */
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
   * The result of a migration.
   *
   * @param aside where the old database was moved to, if it is a file
   */
  public record Migrated(List<Transfer.Table> tables, Optional<Path> aside) {}

  /**
   * Copies the database as it is now; the coordinator may be running. Returns the number of jobs.
   */
  public static long backup(InstalledDatabase database, Path file) {
    return Backup.take(database.openBeside(), file);
  }

  /**
   * Moves a stopped installation to another database, which must be empty. The tokens stay in the
   * data directory; their hashes are moved too. An old database that is a file is renamed, so that
   * no coordinator uses it any more.
   */
  public static Migrated migrate(InstalledDatabase from, DatabaseAddress to) {
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
   * Replaces the database of a stopped installation by a back-up, and restores every job from it
   * (R2).
   *
   * @param stores checkpoints that are in them but not in the back-up are adopted; a job whose
   *     store is not among them is paused (R3)
   * @param replace whether a database that holds jobs may be replaced; an embedded one is kept
   *     under another name
   * @return the result for each job
   */
  public static List<Finding> restore(
      InstalledDatabase to,
      Path backup,
      List<RecoverySource> stores,
      boolean replace,
      Clock clock) {
    if (!Files.isRegularFile(backup)) {
      throw new DatabaseException("There is no back-up %s.".formatted(backup));
    }
    try (DataDirectory directory = DataDirectory.open(to.data())) {
      DatabaseAddress address =
          to.address().orElseGet(() -> new DatabaseAddress.Sqlite(directory.database()));
      try (Restored restored = Restored.copyOf(backup, directory.folder())) {
        if (address instanceof DatabaseAddress.Sqlite sqlite) {
          long highest = highestIn(sqlite.file(), replace);
          List<Finding> findings = restoreJobs(restored, stores, highest, clock);
          restored.replaceFile(sqlite.file(), restored.incarnation());
          return findings;
        }
        Database target = Database.open(address, to.password());
        requireStopped(target);
        requireReplaceable(target, replace);
        List<Finding> findings = restoreJobs(restored, stores, Transfer.incarnation(target), clock);
        restored.replaceAll(target, replace);
        return findings;
      }
    }
  }

  private static List<Finding> restoreJobs(
      Restored restored, List<RecoverySource> stores, long highest, Clock clock) {
    CompositeCheckpointFiles files =
        new CompositeCheckpointFiles(stores.stream().map(RecoverySource::files).toList());
    try (JobStore jobs = restored.jobs()) {
      return new StoreRecovery(jobs, files, clock, StoreRecovery.Wishes.NONE)
          .adopt(stores.stream().map(RecoverySource::contents).toList(), highest);
    }
  }

  /**
   * The highest incarnation in the database; 0 if there is none, or if a damaged one is to be
   * replaced: then Unix seconds serve instead.
   */
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
