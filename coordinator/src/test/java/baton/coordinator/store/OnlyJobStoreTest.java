package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store that has its database for itself, and answers from memory. */
class OnlyJobStoreTest extends JobStoreContract {
  @TempDir Path folder;

  @Override
  JobStore create() {
    return SqlJobStore.only(SqliteDatabase.open(folder.resolve("baton.db")));
  }

  @Test
  void aStaleTransitionIsRefusedAlsoToTheOneThatRemembers() {
    Job read = submit("mnist");
    Job paused = store(Sample.after(read, Sample.pause(), at(2)));

    assertThat(store.save(List.of(Sample.after(read, Sample.acquire("s1"), at(3)))))
        .containsExactly(false);
    assertThat(store.find(read.id())).contains(paused);
  }

  @Test
  void whoRemembersAJobWronglyNoticesItAndReadsItAnew() {
    Job remembered = submit("mnist");
    try (JobStore another = new SqlJobStore(SqliteDatabase.open(folder.resolve("baton.db")))) {
      another.save(List.of(Sample.after(remembered, Sample.pause(), at(2))));
    }

    assertThat(store.save(List.of(Sample.after(remembered, Sample.acquire("s1"), at(3)))))
        .containsExactly(false);
    assertThat(store.find(remembered.id()).orElseThrow().version())
        .isEqualTo(remembered.version() + 1);
  }
}
