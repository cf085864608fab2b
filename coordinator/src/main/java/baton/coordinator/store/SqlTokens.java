package baton.coordinator.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** The hashes of the tokens, by role, where several coordinators share one database. */
public final class SqlTokens {
  private final Database database;

  public SqlTokens(Database database) {
    this.database = database;
  }

  /** The stored hashes; empty before the first tokens are drawn. */
  public Map<String, String> read() {
    return inTransaction(SqlTokens::all);
  }

  /** Stores {@code hashes} unless there are some; returns the stored ones. */
  public Map<String, String> keepIfNone(Map<String, String> hashes) {
    return inTransaction(
        handle -> {
          if (all(handle).isEmpty()) {
            insert(handle, hashes);
          }
          return all(handle);
        });
  }

  /** Replaces the stored hashes. */
  public void replace(Map<String, String> hashes) {
    inTransaction(
        handle -> {
          handle.execute("DELETE FROM tokens");
          insert(handle, hashes);
          return hashes;
        });
  }

  private static Map<String, String> all(Handle handle) {
    Map<String, String> found = new LinkedHashMap<>();
    handle
        .select("SELECT role, hash FROM tokens ORDER BY role")
        .map((row, context) -> found.put(row.getString("role"), row.getString("hash")))
        .list();
    return found;
  }

  private static void insert(Handle handle, Map<String, String> hashes) {
    hashes.forEach(
        (role, hash) ->
            handle.execute("INSERT INTO tokens (role, hash) VALUES (?, ?)", role, hash));
  }

  private <T> T inTransaction(Function<Handle, T> work) {
    try (Handle handle = Jdbi.create(database::writer).open()) {
      return handle.inTransaction(
          writer -> {
            database.takeTurn(writer);
            return work.apply(writer);
          });
    } catch (JdbiException e) {
      throw database.unavailable(e);
    }
  }
}
