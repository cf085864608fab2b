package baton.coordinator.store;

import baton.coordinator.lease.StoreUnavailable;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** A small pool of read-only connections, each used by one thread at a time. */
final class SqlReaders implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Database database;
  private final HikariDataSource pool;
  private final Jdbi jdbi;

  SqlReaders(Database database) {
    this.database = database;
    HikariConfig config = new HikariConfig();
    config.setPoolName("readers");
    config.setDataSource(database.reader());
    config.setMaximumPoolSize(database.readers());
    config.setMinimumIdle(1);
    config.setReadOnly(true);
    config.setConnectionTimeout(PATIENCE.toMillis());
    config.setValidationTimeout(PATIENCE.toMillis() - 500);
    config.setInitializationFailTimeout(-1);
    this.pool = new HikariDataSource(config);
    this.jdbi = Jdbi.create(pool);
  }

  <T> T read(Function<Handle, T> question) {
    if (pool.isClosed()) {
      throw new StoreUnavailable("The coordinator is stopping.", null);
    }
    try (Handle handle = jdbi.open()) {
      return question.apply(handle);
    } catch (JdbiException e) {
      throw database.unavailable(e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
