package baton.coordinator.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL for tests, one for all of them, with a fresh database for who asks. */
public final class PostgresServer {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static EmbeddedPostgres running;

  private PostgresServer() {}

  private static synchronized EmbeddedPostgres running() {
    if (running == null) {
      try {
        running = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return running;
  }

  /** The address of a database of its own, empty. */
  public static DatabaseAddress.Postgres freshDatabase() {
    String name = "test" + DATABASES.incrementAndGet();
    execute("CREATE DATABASE " + name);
    return new DatabaseAddress.Postgres("127.0.0.1", running().getPort(), name, "postgres", "");
  }

  /** From now on nobody gets in without a password, but the superuser over this connection. */
  static void askForPasswords() {
    hostsMustUse("scram-sha-256");
  }

  static void letNobodyIn() {
    hostsMustUse("reject");
  }

  static void trustEveryone() {
    hostsMustUse("trust");
  }

  private static void hostsMustUse(String method) {
    try (Connection connection = running().getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SHOW hba_file")) {
      found.next();
      Files.writeString(
          Path.of(found.getString(1)),
          "local all all trust\nhost all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 %s\n"
              .formatted(method));
      statement.execute("SELECT pg_reload_conf()");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void execute(String sql) {
    try (Connection connection = running().getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
