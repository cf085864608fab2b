package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PostgresDatabaseTest {
  private final DatabaseAddress.Postgres address = PostgresServer.freshDatabase();

  @Test
  void aWrongPasswordIsToldWithoutRepeatingIt() throws SQLException {
    PostgresServer.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'");
    PostgresServer.askForPasswords();
    DatabaseAddress guarded =
        new DatabaseAddress.Postgres(
            address.host(), address.port(), address.database(), "guarded", "");
    try {
      assertThatThrownBy(() -> Database.open(guarded, Optional.of("a-wrong-one")))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("refuses the user guarded or the password")
          .hasMessageContaining("BATON_DATABASE_PASSWORD")
          .hasMessageNotContaining("a-wrong-one");
    } finally {
      PostgresServer.trustEveryone();
    }
  }

  @Test
  void aDatabaseThatIsNotThereIsToldWithTheCommandThatMakesIt() {
    DatabaseAddress missing =
        new DatabaseAddress.Postgres(address.host(), address.port(), "nowhere", "postgres", "");

    assertThatThrownBy(() -> Database.open(missing, Optional.empty()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("There is no database nowhere")
        .hasMessageContaining("createdb");
  }

  @Test
  void aServerThatIsNotThereIsToldAsSuch() {
    DatabaseAddress nobody = new DatabaseAddress.Postgres("127.0.0.1", 1, "baton", "baton", "");

    assertThatThrownBy(() -> Database.open(nobody, Optional.empty()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("does not answer");
  }

  @Test
  void aDatabaseOfANewerBatonIsRefused() throws SQLException {
    Database database = Database.open(address, Optional.empty());
    try (Connection connection = database.writer();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "INSERT INTO flyway_schema_history SELECT 99, '99', 'from the future', 'SQL',"
              + " 'V99__from_the_future.sql', 1, 'someone', installed_on, 1, true"
              + " FROM flyway_schema_history WHERE installed_rank = 1");
    }

    assertThatThrownBy(() -> Database.open(address, Optional.empty()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("was written by a newer Baton (its form is 99)");
  }

  @Test
  void anOlderDatabaseIsLeftAsItIsWhileOthersUseIt() throws SQLException {
    PostgresDatabase database = (PostgresDatabase) Database.open(address, Optional.empty());
    try (Registration running = Registration.enter(database, Optional.empty());
        Connection connection = database.writer();
        Statement statement = connection.createStatement()) {
      // As an older Baton would have left it, with one of its coordinators still running.
      statement.executeUpdate("DELETE FROM flyway_schema_history WHERE version <> '1'");

      assertThatThrownBy(() -> Database.open(address, Optional.empty()))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("Stop all members before one of a newer version is started");
      running.check();
    }
  }

  @Test
  void eachMistakeOfAFirstInstallationIsToldWithItsRemedy() {
    PostgresServer.execute("CREATE ROLE plain LOGIN PASSWORD 'right'");
    PostgresServer.execute("CREATE ROLE reader LOGIN");
    PostgresServer.execute("ALTER ROLE reader SET default_transaction_read_only = on");
    PostgresServer.execute("CREATE ROLE narrow LOGIN CONNECTION LIMIT 0");

    assertRefused("reader", "can only be read", "Name the one that is written");
    assertRefused("narrow", "has no connection left", "max_connections");
    Database.open(address, Optional.empty());
    assertRefused("plain", "may not make or change tables", "ALTER DATABASE");
    PostgresServer.askForPasswords();
    assertRefused("plain", "no password was provided", "BATON_DATABASE_PASSWORD");
    PostgresServer.letNobodyIn();
    assertRefused("plain", "does not let in the user plain", "pg_hba.conf");
    PostgresServer.trustEveryone();
  }

  private void assertRefused(String user, String what, String remedy) {
    DatabaseAddress as =
        new DatabaseAddress.Postgres(address.host(), address.port(), address.database(), user, "");
    assertThatThrownBy(() -> Database.open(as, Optional.empty()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining(what)
        .hasMessageContaining(remedy)
        .hasMessageEndingWith(", then try again.")
        .hasMessageNotContaining("\n");
  }

  @Test
  void twoThatBearTheSameNameAreOneTooMany() {
    PostgresDatabase database = (PostgresDatabase) Database.open(address, Optional.empty());
    Members members = Members.parse("127.0.0.1:5701,127.0.0.1:5702");
    try (Registration first = Registration.enter(database, Optional.of(members));
        Registration other =
            Registration.enter(
                database, Optional.of(members.asSeenBy(Members.address("127.0.0.1:5702"))))) {
      first.look();
      first.check();
      other.check();
      assertThatThrownBy(() -> Registration.enter(database, Optional.of(members)))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("Another coordinator uses the database");
    }
    Awaitility.await().until(() -> Registration.all(database).isEmpty());
  }

  @Test
  void aPasswordIsNoPartOfAnAddress() {
    for (String text :
        List.of(
            "postgresql://baton:secret@db/baton", "postgresql://baton@db/baton?password=secret")) {
      assertThatThrownBy(() -> DatabaseAddress.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("BATON_DATABASE_PASSWORD")
          .hasMessageNotContaining("secret");
    }
    assertThat(DatabaseAddress.parse("postgresql://baton@db/jobs?sslmode=require"))
        .isEqualTo(new DatabaseAddress.Postgres("db", 5432, "jobs", "baton", "sslmode=require"));
  }
}
