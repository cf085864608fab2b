package baton.coordinator.store;

import baton.coordinator.lease.StoreUnavailable;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** A few connections that only read, each lent to one thread at a time. */
final class SqlReaders implements AutoCloseable {
  private static final int CONNECTIONS = 3;
  private static final int PATIENCE_SECONDS = 5;

  private final SqliteDatabase database;
  private final BlockingQueue<Handle> free = new ArrayBlockingQueue<>(CONNECTIONS);
  private volatile boolean closed;

  SqlReaders(SqliteDatabase database) {
    this.database = database;
    Jdbi jdbi = Jdbi.create(database::reader);
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        free.add(jdbi.open());
      }
    } catch (JdbiException e) {
      close();
      throw database.unavailable(e);
    }
  }

  <T> T read(Function<Handle, T> question) {
    Handle handle = take();
    try {
      return question.apply(handle);
    } catch (JdbiException e) {
      throw database.unavailable(e);
    } finally {
      giveBack(handle);
    }
  }

  private Handle take() {
    if (closed) {
      throw new StoreUnavailable("The coordinator is stopping.", null);
    }
    try {
      Handle handle = free.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (handle == null) {
        throw new StoreUnavailable(
            "The database is busy with other questions. Try again in a moment.", null);
      }
      return handle;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailable("The coordinator is stopping.", e);
    }
  }

  private void giveBack(Handle handle) {
    free.add(handle);
    if (closed) {
      close();
    }
  }

  /** Those lent out are closed as they come back. */
  @Override
  public void close() {
    closed = true;
    for (Handle handle = free.poll(); handle != null; handle = free.poll()) {
      handle.close();
    }
  }
}
