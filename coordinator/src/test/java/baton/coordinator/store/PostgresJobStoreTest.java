package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.JobStore.Transition;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PostgresJobStoreTest extends JobStoreContract {
  private final DatabaseAddress address = PostgresServer.freshDatabase();

  @Override
  JobStore create() {
    return new SqlJobStore(Database.open(address, Optional.empty()));
  }

  @Test
  void whatAnotherWroteIsSeenThoughTheJobWasReadBefore() {
    Job read = submit("mnist");
    try (JobStore another = create()) {
      Transition pause = Sample.after(read, Sample.pause(), at(2));
      another.save(List.of(pause));

      assertThat(store.find(read.id())).contains(pause.changed());
      assertThat(store.open()).containsExactly(pause.changed());
    }
  }

  @Test
  void whetherItStillCountsIsAskedWhenNobodyElseCanWrite() throws Exception {
    Job read = submit("mnist");
    AtomicBoolean counts = new AtomicBoolean(true);
    Transition take = resting(Sample.after(read, Sample.acquire("s1"), at(2)), counts::get);
    CompletableFuture<List<Boolean>> saved;
    try (Connection another = Database.open(address, Optional.empty()).writer()) {
      execute(another, "SELECT pg_advisory_lock(%d, 1)".formatted(PostgresDatabase.LOCKS));
      saved = CompletableFuture.supplyAsync(() -> store.save(List.of(take)));
      Awaitility.await().until(() -> waitForATurn(another));
      counts.set(false);
    }

    assertThat(saved.get(10, TimeUnit.SECONDS)).containsExactly(false);
    assertThat(store.find(read.id())).contains(read);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static boolean waitForATurn(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                    + " AND database = (SELECT oid FROM pg_database"
                    + " WHERE datname = current_database())")) {
      return rows.next();
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
}
