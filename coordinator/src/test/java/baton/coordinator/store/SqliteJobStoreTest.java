package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.Position;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteJobStoreTest extends JobStoreContract {
  @TempDir Path folder;

  @Override
  JobStore create() {
    return new SqlJobStore(SqliteDatabase.open(folder.resolve("baton.db")));
  }

  @Test
  void aReopenedStoreHasEverything() {
    Job leased = apply(submit("mnist"), Sample.acquire("s1"));
    Transition commit =
        Sample.after(leased, Sample.commit(leased, new Position(0, 17), 0.25), at(2));
    Job trained = store(commit);

    store.close();
    store = create();

    assertThat(store.open()).containsExactly(trained);
    assertThat(store.findByName("mnist")).contains(trained);
    assertThat(store.answer(commit.repeatKey().orElseThrow()))
        .contains(new JobStore.StoredAnswer(leased.id(), commit.outcome()));
    assertThat(store.history(leased.id()).segments()).hasSize(1);
    assertThat(store.history(leased.id()).measurements()).hasSize(1);
    assertThat(store.history(leased.id()).events(10)).hasSize(2);
  }

  @Test
  void whatAnotherWroteIsSeenThoughTheJobWasReadBefore() {
    Job read = submit("mnist");
    try (JobStore another = create()) {
      Job paused = Sample.after(read, Sample.pause(), at(2)).changed();
      another.save(List.of(Sample.after(read, Sample.pause(), at(2))));

      assertThat(store.find(read.id())).contains(paused);
      assertThat(store.open()).containsExactly(paused);
    }
  }

  @Test
  void twoCoordinatorsThatReadTheSameVersionCannotBothChangeIt() {
    Job read = submit("mnist");
    try (JobStore another = create()) {
      Transition ours = Sample.after(read, Sample.acquire("s1"), at(2));
      Transition theirs = Sample.after(read, Sample.acquire("s2"), at(2));

      assertThat(another.save(List.of(theirs))).containsExactly(true);
      assertThat(store.save(List.of(ours))).containsExactly(false);
    }
  }

  @Test
  void eachCommitIsSynchronisedWithTheDisk() throws SQLException {
    SqliteDatabase database = SqliteDatabase.open(folder.resolve("another.db"));
    try (Connection writer = database.writer()) {
      assertThat(ask(writer, "PRAGMA journal_mode")).isEqualTo("wal");
      assertThat(ask(writer, "PRAGMA synchronous")).as("2 is FULL").isEqualTo("2");
      assertThat(ask(writer, "PRAGMA foreign_keys")).isEqualTo("1");
    }
  }

  @Test
  void aLockHeldByAnotherProgramIsToldAsSuchAndPasses() throws SQLException {
    Transition submission = Sample.submitted("mnist", at(0));
    try (Connection browser =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("baton.db"));
        Statement statement = browser.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");

      assertThatThrownBy(() -> store.save(List.of(submission)))
          .isInstanceOf(StoreUnavailable.class)
          .hasMessageContaining("Another program has locked the database");
      statement.execute("ROLLBACK");
    }
    assertThat(store.save(List.of(submission))).containsExactly(true);
  }

  @Test
  void aClosedStoreSaysThatTheCoordinatorStops() {
    store.close();

    assertThatThrownBy(() -> store.open())
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("stopping");
    assertThatThrownBy(() -> store.save(List.of(Sample.submitted("mnist", at(0)))))
        .isInstanceOf(StoreUnavailable.class);
  }

  private static String ask(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      return answer.getString(1);
    }
  }
}
