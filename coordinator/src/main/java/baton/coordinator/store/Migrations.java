package baton.coordinator.store;

import java.util.Arrays;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

/** The steps that bring a database's tables to the form this version of Baton works with. */
final class Migrations {
  private Migrations() {}

  static void run(DataSource source, String name) {
    Flyway flyway =
        Flyway.configure(Migrations.class.getClassLoader())
            .dataSource(source)
            .locations("classpath:baton/coordinator/store/migration")
            .loggers("slf4j")
            .load();
    newerThanThis(flyway)
        .ifPresent(
            version -> {
              throw new DatabaseException(
                  "The database %s was written by a newer Baton (its form is %s). Nothing was changed: start that newer Baton, or name another database."
                      .formatted(name, version));
            });
    flyway.migrate();
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
