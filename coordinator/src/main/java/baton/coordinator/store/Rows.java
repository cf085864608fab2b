package baton.coordinator.store;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The statements on one table, carried out in their order: as long as the next one is the same
 * statement again, they are kept and sent at once.
 */
final class Rows implements AutoCloseable {
  private final Handle handle;
  private String sql = "";
  private PreparedBatch kept;

  Rows(Handle handle) {
    this.handle = handle;
  }

  void add(String next, Object... arguments) {
    if (!next.equals(sql)) {
      send();
      sql = next;
      kept = handle.prepareBatch(next);
    }
    kept.add(arguments);
  }

  /** Carries out what is kept. */
  void send() {
    if (kept != null) {
      PreparedBatch batch = kept;
      forget();
      try (batch) {
        batch.execute();
      }
    }
  }

  /** What was not sent is given up. */
  @Override
  public void close() {
    if (kept != null) {
      kept.close();
      forget();
    }
  }

  private void forget() {
    kept = null;
    sql = "";
  }
}
