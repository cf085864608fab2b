package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Coordinators that must not share a database meet on one, or come back to another than it was. */
class RegistrationTest {
  private static final Members MEMBERS = Members.parse("10.0.0.1:5701,10.0.0.2:5701,10.0.0.3:5701");
  private static final Members STRANGERS = Members.parse("10.0.0.7:5701");

  private PostgresDatabase database;
  private SchemaVersion ours;
  private SchemaVersion newer;

  @BeforeEach
  void open() {
    database = (PostgresDatabase) Database.open(PostgresServer.freshDatabase(), Optional.empty());
    ours = database.form();
    newer = new SchemaVersion(ours.tables(), ours.shared() + 1);
  }

  @Test
  void aNewerMemberIsRefusedBesideAnOlderOneAndStopsNobody() {
    try (Registration older = member(1, ours)) {
      assertThatThrownBy(() -> member(2, newer))
          .isInstanceOf(DatabaseException.class)
          .hasMessage(
              "The coordinator 10.0.0.1:5701, which uses the database %s too, is of another version of Baton (its form is %s, this one's %s). Stop all members, then start them all with one version.",
              database.name(), ours, newer);
      older.look();
      older.check();
    }
  }

  @Test
  void anOlderMemberThatWasAwayDuringAnUpgradeDecidesNothingAndStopsNobody() throws SQLException {
    try (Registration older = member(1, ours)) {
      isCutOff(1);
      try (Registration upgraded = member(2, newer)) {
        older.look();
        assertThatThrownBy(older::check)
            .isInstanceOf(CutOff.class)
            .hasMessageStartingWith("The coordinator 10.0.0.2:5701, which uses")
            .hasMessageContaining("another version of Baton");

        upgraded.look();
        upgraded.check();
        assertThat(Registration.all(database)).hasSize(1);
      }
      goesOn(older);
    }
  }

  @Test
  void whoComesBackToTablesOfAnotherVersionDecidesNothing() throws SQLException {
    try (Registration older = member(1, ours)) {
      isCutOff(1);
      execute(
          "INSERT INTO flyway_schema_history SELECT 99, '99', 'from the future', 'SQL',"
              + " 'V99__from_the_future.sql', 1, 'someone', installed_on, 1, true"
              + " FROM flyway_schema_history WHERE installed_rank = 1");

      older.look();

      assertThatThrownBy(older::check)
          .isInstanceOf(CutOff.class)
          .hasMessageContaining("(their form is 99, this one's %s)", ours.tables())
          .hasMessageContaining("Start this coordinator with the version that the others have");
    }
  }

  @Test
  void aStrangerThatIsRefusedStopsNobody() {
    try (Registration member = member(1, ours)) {
      assertThatThrownBy(() -> Registration.enter(database, Optional.of(STRANGERS)))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("is no member of this cluster");

      member.look();
      member.check();
      assertThat(Registration.all(database)).containsExactly("10.0.0.1:5701");
    }
  }

  @Test
  void whoFindsAStrangerInItsOwnPlaceDecidesNothingUntilThatOneIsGone() throws SQLException {
    try (Registration member = member(1, ours)) {
      isCutOff(1);
      try (Registration stranger = Registration.enter(database, Optional.of(STRANGERS))) {
        member.look();
        assertThatThrownBy(member::check)
            .isInstanceOf(CutOff.class)
            .hasMessageContaining("10.0.0.7:5701 uses the database");
        stranger.check();
      }
      goesOn(member);
    }
  }

  @Test
  void whoStartsAgainAtOnceWaitsUntilTheServerHasSeenItsEnd() {
    Registration killed = Registration.enter(database, Optional.empty());
    CompletableFuture<Registration> again =
        CompletableFuture.supplyAsync(() -> Registration.enter(database, Optional.empty()));
    killed.close();

    try (Registration running = again.join()) {
      running.check();
    }
  }

  @Test
  void whoComesBackBelievesNothingItKnewBefore(@TempDir Path folder) throws SQLException {
    Job lost = Sample.submitted("mnist", Sample.START).changed();
    Job restored = Sample.submitted("mnist", Sample.START.plusSeconds(9)).changed();
    assertThat(lost.version()).isEqualTo(restored.version());
    SqliteDatabase backup = SqliteDatabase.open(folder.resolve("backup.db"));
    save(backup, Sample.START.plusSeconds(9));
    try (SqlJobStore jobs = new SqlJobStore(database);
        Registration member = member(1, ours)) {
      member.onReturn(jobs::forget);
      jobs.save(List.of(Sample.submitted("mnist", Sample.START)));

      isCutOff(1);
      Transfer.copy(backup, database, true); // nobody seems to be there
      member.look();

      assertThat(jobs.find(lost.id())).contains(restored);
      member.check();
    }
  }

  private Registration member(int number, SchemaVersion form) {
    Members.Address own = MEMBERS.all().get(number - 1);
    return Registration.enter(database, form, Optional.of(MEMBERS.asSeenBy(own)));
  }

  /** By itself, as soon as the server has seen that the other is gone. */
  private static void goesOn(Registration member) {
    Awaitility.await()
        .untilAsserted(
            () -> {
              member.look();
              assertThatCode(member::check).doesNotThrowAnyException();
            });
  }

  private static void save(Database database, Instant at) {
    try (SqlJobStore jobs = new SqlJobStore(database)) {
      List<Transition> batch = List.of(Sample.submitted("mnist", at));
      assertThat(jobs.save(batch)).containsExactly(true);
    }
  }

  /** As when the network has dropped its connection, and the server has noticed. */
  private void isCutOff(int number) throws SQLException {
    try (Connection connection = database.writer();
        PreparedStatement end =
            connection.prepareStatement(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = ?")) {
      end.setString(1, "baton %s %s".formatted(ours, MEMBERS.all().get(number - 1)));
      end.execute();
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.writer();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
