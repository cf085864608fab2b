package baton.coordinator.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The address of the database, as a person names it: {@code sqlite:FILE} or {@code
 * postgresql://user@host:port/database}. It contains no password, since every user of a machine can
 * read its command lines.
 */
public sealed interface DatabaseAddress {
  int POSTGRES_PORT = 5432;

  /** An embedded database in one file. */
  record Sqlite(Path file) implements DatabaseAddress {
    @Override
    public String toString() {
      return "sqlite:" + file;
    }
  }

  /**
   * A database on a server.
   *
   * @param parameters such as {@code sslmode=require}, as its driver knows them; may be empty
   */
  record Postgres(String host, int port, String database, String user, String parameters)
      implements DatabaseAddress {
    @Override
    public String toString() {
      return "postgresql://%s@%s:%d/%s".formatted(user, host, port, database);
    }
  }

  /**
   * @throws IllegalArgumentException if it is neither; the message quotes no password
   */
  static DatabaseAddress parse(String text) {
    if (text.startsWith("sqlite:") && text.length() > "sqlite:".length()) {
      return new Sqlite(Path.of(text.substring("sqlite:".length())));
    }
    if (text.startsWith("postgresql://")) {
      return postgres(text);
    }
    throw new IllegalArgumentException(
        "A database is named like sqlite:/var/lib/baton/baton.db or postgresql://baton@db.example.org/baton.");
  }

  private static Postgres postgres(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw notAnAddress();
    }
    String user = uri.getUserInfo();
    String parameters = uri.getQuery() == null ? "" : uri.getQuery();
    if ((user != null && user.contains(":"))
        || parameters.toLowerCase(Locale.ROOT).contains("password")) {
      throw new IllegalArgumentException(
          "A password on the command line can be read by every user of this machine. Leave it out there, and set BATON_DATABASE_PASSWORD, or keep it in the file ~/.pgpass.");
    }
    boolean named = uri.getPath() != null && uri.getPath().length() > 1;
    if (uri.getHost() == null || user == null || user.isEmpty() || !named) {
      throw notAnAddress();
    }
    return new Postgres(
        uri.getHost(),
        uri.getPort() < 0 ? POSTGRES_PORT : uri.getPort(),
        uri.getPath().substring(1),
        user,
        parameters);
  }

  private static IllegalArgumentException notAnAddress() {
    return new IllegalArgumentException(
        "A PostgreSQL database is named like postgresql://user@host:5432/database.");
  }
}
