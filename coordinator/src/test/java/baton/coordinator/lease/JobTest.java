package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.STORE;
import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.checkpoint;
import static baton.coordinator.lease.Samples.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A job is never in an impossible state. */
class JobTest {
  private static final Fence FENCE = new Fence(3);
  private static final Optional<StoreId> BOUND = Optional.of(STORE);
  private static final Optional<Lease> LEASED = Optional.of(lease(FENCE));
  private static final Checkpoint FIRST = checkpoint(Optional.empty(), at(1), new Fence(1));
  private static final Checkpoint SECOND =
      checkpoint(Optional.of(FIRST.digest()), at(2), new Fence(2));

  @Test
  void aRunningJobHasAHeadALeaseAndAStore() {
    Job job = job(4, JobState.RUNNING, BOUND, List.of(SECOND, FIRST), true, LEASED);

    assertThat(job.head()).contains(SECOND);
    assertThat(job.position()).isEqualTo(at(2));
    assertThat(job.hasNothingLeft()).isFalse();
  }

  @Test
  void aStoredJobHasAVersion() {
    refused(0, JobState.WAITING, BOUND, List.of(), false, Optional.empty(), "has a version");
  }

  @Test
  void aLeaseIsLiveInRunningAndPausingOnly() {
    for (JobState state : JobState.values()) {
      Optional<Lease> wrong = state.hasLease() ? Optional.empty() : LEASED;
      refused(4, state, BOUND, List.of(), false, wrong, "a lease is live in");
    }
  }

  @Test
  void theLiveLeaseHasTheHighestFence() {
    Optional<Lease> older = Optional.of(lease(new Fence(2)));
    Optional<Lease> newer = Optional.of(lease(new Fence(4)));

    refused(4, JobState.RUNNING, BOUND, List.of(), false, older, "the highest fence");
    refused(4, JobState.RUNNING, BOUND, List.of(), false, newer, "the highest fence");
  }

  @Test
  void aLeasedJobIsBoundToAStore() {
    refused(4, JobState.RUNNING, Optional.empty(), List.of(), false, LEASED, "bound to a store");
  }

  @Test
  void aJobWithCheckpointsHasBegun() {
    refused(4, JobState.WAITING, BOUND, List.of(FIRST), false, Optional.empty(), "has begun");
  }

  @Test
  void aJobWhoseCheckpointsAreAllGoneWantsNoLease() {
    refused(4, JobState.WAITING, BOUND, List.of(), true, Optional.empty(), "wants no lease");
    refused(4, JobState.RUNNING, BOUND, List.of(), true, LEASED, "wants no lease");

    Job paused = job(4, JobState.PAUSED, BOUND, List.of(), true, Optional.empty());
    assertThat(paused.hasNothingLeft()).isTrue();
  }

  @Test
  void eachKeptCheckpointExtendsTheOneBeforeIt() {
    Checkpoint stranger = checkpoint(Optional.of(Sha256.ofText("another")), at(2), new Fence(2));
    Checkpoint atTheSamePlace =
        checkpoint(Optional.of(FIRST.digest()), FIRST.position(), new Fence(2));

    for (List<Checkpoint> chain :
        List.of(List.of(FIRST, SECOND), List.of(stranger, FIRST), List.of(atTheSamePlace, FIRST))) {
      refused(4, JobState.WAITING, BOUND, chain, true, Optional.empty(), "extends the one before");
    }
  }

  @Test
  void nothingOutsideCanChangeItsChain() {
    Job job = job(4, JobState.WAITING, BOUND, List.of(SECOND, FIRST), true, Optional.empty());

    assertThatThrownBy(() -> job.chain().clear()).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void historyIsWrittenWithAChangeOfTheJobOnly() {
    List<History> rows = List.of(new History.SegmentEnded(FENCE, LeaseEnd.LOST, NOON));

    assertThatThrownBy(() -> new Decision(Optional.empty(), new Outcome.Released(), rows))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refused(
      long version,
      JobState state,
      Optional<StoreId> store,
      List<Checkpoint> chain,
      boolean begun,
      Optional<Lease> lease,
      String because) {
    assertThatThrownBy(() -> job(version, state, store, chain, begun, lease))
        .as("%s", state)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(because);
  }

  private static Job job(
      long version,
      JobState state,
      Optional<StoreId> store,
      List<Checkpoint> chain,
      boolean begun,
      Optional<Lease> lease) {
    return new Job(
        new JobId("job-mnist"),
        spec("mnist"),
        version,
        state,
        Optional.empty(),
        store,
        chain,
        PinnedCheckpoints.EMPTY,
        begun,
        FENCE,
        lease,
        Budget.UNTOUCHED,
        NOON,
        NOON,
        chain.isEmpty() ? Certificate.NONE : Certificate.NOT_KNOWN,
        false);
  }

  private static Lease lease(Fence fence) {
    return new Lease(fence, ask("anna"), new Segment(at(2), at(4)), NOON);
  }

  private static Position at(int epoch) {
    return Position.ofEpochs(epoch);
  }
}
