package baton.coordinator.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Replaces a database that no coordinator uses with a back-up.
 *
 * <ol>
 *   <li>The back-up is copied, and the copy is checked and migrated.
 *   <li>In the copy every job is restored: its leases end, and its fences continue above all that
 *       may have been granted in the back-up, in the database it replaces, and since then (R2).
 *   <li>The copy replaces the database atomically.
 * </ol>
 *
 * <p>An interruption leaves the old database as it was.
 */
public final class Restored implements AutoCloseable {
  private final Path copy;
  private final Database database;

  private Restored(Path copy, Database database) {
    this.copy = copy;
    this.database = database;
  }

  /**
   * @param folder has room for a copy of the back-up
   */
  public static Restored copyOf(Path backup, Path folder) {
    Path copy = folder.resolve("restore.part");
    try {
      Files.copy(backup, copy, StandardCopyOption.REPLACE_EXISTING);
      return new Restored(copy, SqliteDatabase.open(copy));
    } catch (IOException e) {
      throw new DatabaseException(
          "The back-up %s cannot be copied to %s (%s). Nothing was changed."
              .formatted(backup, folder, Causes.innermost(e)),
          e);
    } catch (DatabaseException e) {
      SqliteDatabase.delete(copy);
      throw new DatabaseException(
          "The file %s is no back-up that can be used, and nothing was changed: it is damaged, of a newer Baton, or something else. Take another one."
              .formatted(backup),
          e);
    }
  }

  /** The jobs of the copy, to be restored; close it before the copy replaces the database. */
  public SqlJobStore jobs() {
    return new SqlJobStore(database);
  }

  /** The highest incarnation of its jobs. */
  public long incarnation() {
    return Transfer.incarnation(database);
  }

  /** Replaces a file with the copy; the old file is kept under another name. */
  public void replaceFile(Path file, long incarnation) {
    try {
      if (Files.exists(file)) {
        Path aside = file.resolveSibling(file.getFileName() + ".before-" + incarnation);
        Files.createLink(aside, file); // so that a database exists at any instant
        for (String beside : List.of("-wal", "-shm")) {
          Path log = file.resolveSibling(file.getFileName() + beside);
          if (Files.exists(log)) {
            Files.move(log, aside.resolveSibling(aside.getFileName() + beside));
          }
        }
      }
      Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new DatabaseException(
          "The back-up cannot be put in the place of %s (%s). Make its folder writable for this user, and try again."
              .formatted(file, Causes.innermost(e)),
          e);
    }
  }

  /** Copies the content into a database on a server, in one transaction. */
  public void replaceAll(Database target, boolean replace) {
    Transfer.copy(database, target, replace);
  }

  /** Deletes the copy, unless it was moved into place. */
  @Override
  public void close() {
    SqliteDatabase.delete(copy);
  }
}
