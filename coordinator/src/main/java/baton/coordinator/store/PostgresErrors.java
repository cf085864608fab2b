package baton.coordinator.store;

import java.sql.SQLException;
import java.util.Map;

/** Explains PostgreSQL's errors to people, by their SQLSTATE codes. */
final class PostgresErrors {
  private static final Map<String, String> SENTENCES =
      Map.ofEntries(
          Map.entry(
              "28P01",
              "The database ${database} refuses the user ${user} or the password. Set BATON_DATABASE_PASSWORD, or correct ~/.pgpass${then}"),
          Map.entry(
              "28000",
              "The database ${database} does not let in the user ${user} from this machine: ${reason}. Allow it in pg_hba.conf on PostgreSQL's machine (host ${name} ${user} THIS-MACHINE/32 scram-sha-256), and have it read again with: SELECT pg_reload_conf()${then}"),
          Map.entry(
              "08004",
              "The database ${database} turns this connection away: ${reason} If a password is missing, set BATON_DATABASE_PASSWORD or keep it in ~/.pgpass${then}"),
          Map.entry(
              "3D000",
              "There is no database ${name} on ${host}. Create it with: createdb -h ${host} -p ${port} -O ${user} ${name}${then}"),
          Map.entry(
              "42501",
              "The user ${user} may not make or change tables in the database ${database}. Let it own the database, with: ALTER DATABASE ${name} OWNER TO ${user}${then}"),
          Map.entry(
              "25006",
              "The database ${database} can only be read; it may be a standby of another. Name the one that is written${then}"),
          Map.entry(
              "53100", "The disk under the database ${database} is full. Free some space${then}"),
          Map.entry(
              "53300",
              "The database ${database} has no connection left for Baton. Raise max_connections in PostgreSQL's settings by ten for each coordinator${then}"),
          Map.entry(
              "55P03",
              "Another coordinator has kept the turn to write to ${database} for too long. Ask again in a moment."),
          Map.entry(
              "08",
              "The database ${database} does not answer. See that PostgreSQL runs and can be reached${then}"),
          Map.entry(
              "57P",
              "The database ${database} does not answer. See that PostgreSQL runs and can be reached${then}"),
          Map.entry(
              "25P03",
              "The database ${database} does not answer. See that PostgreSQL runs and can be reached${then}"));

  private static final String OTHERWISE =
      "The database ${database} cannot be read or written: ${reason}. Look into the log of PostgreSQL${then}";

  private final DatabaseAddress.Postgres address;

  PostgresErrors(DatabaseAddress.Postgres address) {
    this.address = address;
  }

  /**
   * @param then what follows the remedy; see {@link Causes}
   */
  String explain(Throwable thrown, String then) {
    return sentence(state(thrown))
        .replace("${database}", address.toString())
        .replace("${name}", address.database())
        .replace("${host}", address.host())
        .replace("${port}", Integer.toString(address.port()))
        .replace("${user}", address.user())
        .replace("${then}", then)
        .replace("${reason}", Causes.innermost(thrown));
  }

  /** The sentence for the code itself, or else for its longest known prefix. */
  private static String sentence(String state) {
    for (int length = state.length(); length >= 2; length--) {
      String found = SENTENCES.get(state.substring(0, length));
      if (found != null) {
        return found;
      }
    }
    return OTHERWISE;
  }

  private static String state(Throwable thrown) {
    return Causes.first(SQLException.class, thrown)
        .map(SQLException::getSQLState)
        .map(String::valueOf)
        .orElse("");
  }
}
