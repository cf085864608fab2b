package baton.coordinator.relay;

import static baton.coordinator.lease.Samples.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.Cancel;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.Transitions;
import baton.protocol.JobId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OpenJobsTest {
  private static final JobId MNIST = new JobId("mnist");
  private static final JobId OTHER = new JobId("other");

  private final MemoryJobs jobs =
      new MemoryJobs(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), job -> {});
  private Duration now = Duration.ZERO;
  private final OpenJobs open = new OpenJobs(jobs, () -> now);
  private final Transitions door = new MemoryDoor(jobs);
  private final Transitions doorOfAnother = new MemoryDoor(jobs);

  OpenJobsTest() {
    door.listen(open);
  }

  @Test
  void whatPassesTheDoorIsSeenAtOnceAndWithoutListingAll() {
    assertThat(ids()).isEmpty();
    int before = jobs.timesListed();

    submit(door, MNIST);
    submit(door, OTHER);
    assertThat(ids()).containsExactly(MNIST, OTHER);
    door.apply(MNIST, new Cancel());
    assertThat(ids()).as("who is over is not open").containsExactly(OTHER);
    assertThat(jobs.timesListed()).isEqualTo(before);
  }

  @Test
  void whatAnotherCoordinatorChangesIsSeenWhenItIsTold() {
    assertThat(ids()).isEmpty();
    submit(doorOfAnother, MNIST);
    assertThat(ids()).isEmpty();

    open.changed(MNIST);

    assertThat(ids()).containsExactly(MNIST);
  }

  @Test
  void whatNobodyTellsIsSeenWithinTwoSeconds() {
    assertThat(ids()).isEmpty();
    submit(doorOfAnother, MNIST);
    now = Duration.ofMillis(1_999);
    assertThat(ids()).isEmpty();

    now = Duration.ofSeconds(2);

    assertThat(ids()).containsExactly(MNIST);
  }

  @Test
  void aChangeThatCouldNotBeReadIsReadLater() {
    assertThat(ids()).isEmpty();
    jobs.goAwayAfterNextSave();
    submit(door, MNIST);
    assertThatThrownBy(open::all).isInstanceOf(StoreUnavailable.class);

    jobs.comeBack();

    assertThat(ids()).containsExactly(MNIST);
  }

  private static void submit(Transitions door, JobId id) {
    door.submit(new Submit(id, spec(id.value(), 0), Optional.empty()));
  }

  private List<JobId> ids() {
    return open.all().stream().map(Job::id).toList();
  }
}
