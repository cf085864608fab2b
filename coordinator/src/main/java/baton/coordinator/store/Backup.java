package baton.coordinator.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A copy of a database as it was at one instant: always an SQLite file, whatever the database. The
 * coordinator may keep running.
 */
public final class Backup {
  private Backup() {}

  /**
   * @return the number of jobs in it
   * @throws DatabaseException if there is a file of that name, or the copy cannot be made
   */
  public static long take(Database database, Path file) {
    if (Files.exists(file)) {
      throw new DatabaseException(
          "There is a file %s already, and a back-up is never written over another. Name a new one."
              .formatted(file));
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      createForThisUserAlone(part);
      copy(database, part);
      SqliteDatabase copy = SqliteDatabase.open(part);
      long jobs = Transfer.jobs(copy);
      force(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      return jobs;
    } catch (IOException | SQLException e) {
      throw new DatabaseException(
          "The back-up %s cannot be written (%s). Make room, and its folder writable for this user."
              .formatted(file, Causes.innermost(e)),
          e);
    } finally {
      SqliteDatabase.delete(part); // a partial copy must not fill the disk
    }
  }

  /** Private, since it will contain the hashes of a cluster's tokens. */
  private static void createForThisUserAlone(Path part) throws IOException {
    Files.deleteIfExists(part);
    Files.createFile(part);
    if (Files.getFileStore(part).supportsFileAttributeView(PosixFileAttributeView.class)) {
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
    }
  }

  private static void copy(Database database, Path part) throws SQLException {
    if (database instanceof SqliteDatabase sqlite) {
      try (Connection connection = sqlite.snapshot();
          Statement statement = connection.createStatement()) {
        statement.executeUpdate("backup to '%s'".formatted(part.toString().replace("'", "''")));
      }
    } else {
      Transfer.copy(database, SqliteDatabase.open(part), false);
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
