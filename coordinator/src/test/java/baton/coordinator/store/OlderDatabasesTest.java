package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Cancel;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.StoredAnswer;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.protocol.Position;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database of each earlier form, with a job that is leased and has committed, comes along. */
class OlderDatabasesTest {
  private static final StoredJson JSON = new StoredJson();

  private final Job submitted = Sample.submitted("mnist", Sample.START).changed();
  private final Transition grant = Sample.after(submitted, Sample.acquire("s1"), Sample.START);
  private final Command commit = Sample.commit(grant.changed(), new Position(0, 7), 0.5);
  private final Transition committed = Sample.after(grant.changed(), commit, Sample.START);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3", "4"})
  void itsJobGoesOnAndItsRequestsGetTheAnswersOfThen(String form) throws SQLException {
    Path file = folder.resolve("baton.db");
    ofForm(form, file);

    try (SqlJobStore store = new SqlJobStore(SqliteDatabase.open(file))) {
      Job job = store.find(submitted.id()).orElseThrow();
      assertThat(job).isEqualTo(committed.changed());
      assertThat(store.answer(commit.repeatKey().orElseThrow()))
          .contains(new StoredAnswer(job.id(), committed.outcome()));
      assertThat(store.answer(grant.repeatKey().orElseThrow()))
          .contains(new StoredAnswer(job.id(), grant.outcome()));

      Command next = Sample.commit(job, new Position(0, 9), 0.25);
      Transition after = Sample.after(job, next, Sample.START);
      assertThat(store.save(List.of(after))).containsExactly(true);
      assertThat(store.answer(next.repeatKey().orElseThrow()))
          .contains(new StoredAnswer(job.id(), after.outcome()));
    }
    try (SqlJobStore again = new SqlJobStore(SqliteDatabase.open(file))) {
      Job job = again.find(submitted.id()).orElseThrow();
      assertThat(job.spec()).isEqualTo(submitted.spec());
      assertThat(job.position()).isEqualTo(new Position(0, 9));
    }
  }

  @Test
  void whatAJobIsToDoIsWrittenOnceAndACommitIsAnsweredFromItsOwnRow() throws SQLException {
    Path file = folder.resolve("baton.db");
    try (SqlJobStore store = new SqlJobStore(SqliteDatabase.open(file))) {
      store.save(List.of(Sample.submitted("mnist", Sample.START)));
      store.save(List.of(grant, committed));
      Outcome answer = store.answer(commit.repeatKey().orElseThrow()).orElseThrow().outcome();
      store.save(List.of(Sample.after(committed.changed(), new Cancel(), Sample.START)));

      assertThat(answer).isEqualTo(committed.outcome());
      assertThat(store.answer(commit.repeatKey().orElseThrow()).orElseThrow().outcome())
          .as("after the job has ended")
          .isEqualTo(answer);
      assertThat(store.answer(commit.repeatKey().orElseThrow().replaceFirst("/1/", "/2/")))
          .as("of a lease that the secret was not granted")
          .isEmpty();
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeQuery("SELECT count(*) FROM specs").getInt(1)).isEqualTo(1);
      assertThat(statement.executeQuery("SELECT body FROM jobs").getString(1))
          .doesNotContain("\"spec\"");
      assertThat(
              statement
                  .executeQuery("SELECT count(*) FROM answers WHERE repeat_key LIKE 'commit%'")
                  .getInt(1))
          .isZero();
    }
  }

  /** As the Baton of then wrote it: the spec in the body, and each answer in a row of its own. */
  private void ofForm(String form, Path file) throws SQLException {
    String url = "jdbc:sqlite:" + file;
    Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(url, null, null)
        .locations("classpath:baton/coordinator/store/migration")
        .target(form)
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url)) {
      Job job = committed.changed();
      insert(
          connection,
          "jobs (id, name, version, state, is_over, live_session, submitted_at, body)",
          job.id().value(),
          job.spec().name(),
          job.version(),
          job.state().name(),
          0,
          "s1",
          SqlInstants.of(job.submittedAt()),
          JSON.of(job));
      for (Transition answered : List.of(grant, committed)) {
        insert(
            connection,
            "answers (repeat_key, job_id, outcome)",
            answered.repeatKey().orElseThrow(),
            job.id().value(),
            JSON.of(answered.outcome()));
      }
      insert(
          connection,
          "checkpoints (job_id, job_version, place, digest, epoch, batch, fence, folder,"
              + " state_digest, bytes, session, verified, measurements, committed_at)",
          job.id().value(),
          job.version(),
          0,
          job.head().orElseThrow().digest().hex(),
          0,
          7,
          1,
          job.head().orElseThrow().folder(),
          job.head().orElseThrow().stateDigest().hex(),
          job.head().orElseThrow().bytes(),
          "s1",
          "WORKER",
          "[]",
          SqlInstants.of(Sample.START));
    }
  }

  private static void insert(Connection connection, String into, Object... values)
      throws SQLException {
    String marks = "?" + ", ?".repeat(values.length - 1);
    try (var insert =
        connection.prepareStatement("INSERT INTO " + into + " VALUES (" + marks + ")")) {
      for (int i = 0; i < values.length; i++) {
        insert.setObject(i + 1, values[i]);
      }
      insert.executeUpdate();
    }
  }
}
