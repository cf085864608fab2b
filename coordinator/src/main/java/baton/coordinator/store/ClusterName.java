package baton.coordinator.store;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * The name that the members of a cluster must know to connect to each other: drawn at random once,
 * and stored in the database that they share.
 */
public final class ClusterName {
  private ClusterName() {}

  /**
   * @param drawn the name to store if the database has none yet
   */
  public static String of(Database database, String drawn) {
    try (Handle handle = Jdbi.create(database::writer).open()) {
      return handle.inTransaction(
          writer -> {
            database.takeTurn(writer);
            writer.execute(
                "INSERT INTO cluster (name) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM cluster)",
                drawn);
            return writer.select("SELECT name FROM cluster").mapTo(String.class).one();
          });
    } catch (JdbiException e) {
      throw database.unusable(e);
    }
  }
}
