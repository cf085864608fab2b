package baton.coordinator.store;

import java.util.Arrays;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

/** The migrations of a database's tables to the schema of this version of Baton. */
final class Migrations {
  private Migrations() {}

  /** Whether migrations are pending on a database that has run some already. */
  static boolean arePending(DataSource source) {
    MigrationInfoService info = flyway(source).info();
    return info.applied().length > 0 && info.pending().length > 0;
  }

  /** Runs the pending migrations; returns the version of the tables afterwards. */
  static String run(DataSource source, String name) {
    Flyway flyway = flyway(source);
    newerThanThis(flyway)
        .ifPresent(
            version -> {
              throw new DatabaseException(
                  "The database %s was written by a newer Baton (its form is %s). Nothing was changed: start that newer Baton, or name another database."
                      .formatted(name, version));
            });
    flyway.migrate();
    return flyway.info().current().getVersion().getVersion();
  }

  private static Flyway flyway(DataSource source) {
    return Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(source)
        .locations("classpath:baton/coordinator/store/migration")
        .loggers("slf4j")
        .load();
  }

  private static Optional<String> newerThanThis(Flyway flyway) {
    return Arrays.stream(flyway.info().all())
        .filter(step -> isFromTheFuture(step.getState()))
        .map(MigrationInfo::getVersion)
        .map(String::valueOf)
        .findFirst();
  }

  private static boolean isFromTheFuture(MigrationState state) {
    return state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED;
  }
}
