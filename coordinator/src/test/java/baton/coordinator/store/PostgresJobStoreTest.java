package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.JobStore.Transition;
import java.util.List;
import java.util.Optional;
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
