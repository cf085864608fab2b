package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One training run as the coordinator records it: immutable, and never in an impossible state.
 *
 * @param version grows by one with every stored change; a write names the version it read
 * @param reason why it is in this state, for people
 * @param store the store it is bound to (R15); empty until its first lease
 * @param chain kept checkpoints, the head first, each the parent of the one before it
 * @param shelf what it keeps besides the chain; absent in records of older versions
 * @param begun whether a checkpoint was ever committed; then it never starts again from the seed
 * @param fence the highest fence ever granted (R2)
 * @param waitingSince when it last began to wait; of two jobs, the one that waits longer goes first
 * @param certificate whether the head is exact (R7); absent in records of older versions
 * @param acceptChange whether a person accepts, once, that a script, arguments or files other than
 *     those that made the head go on from it; false in records of older versions
 */
public record Job(
    JobId id,
    JobSpec spec,
    long version,
    JobState state,
    Optional<String> reason,
    Optional<StoreId> store,
    List<Checkpoint> chain,
    PinnedCheckpoints shelf,
    boolean begun,
    Fence fence,
    Optional<Lease> lease,
    Budget budget,
    Instant submittedAt,
    Instant waitingSince,
    Certificate certificate,
    boolean acceptChange) {

  public Job {
    chain = List.copyOf(chain);
    if (certificate == null) {
      certificate = chain.isEmpty() ? Certificate.NONE : Certificate.NOT_KNOWN;
    }
    shelf = shelf == null ? PinnedCheckpoints.EMPTY : shelf;
    require(version >= 1, "a stored job has a version");
    require(state.hasLease() == lease.isPresent(), "a lease is live in RUNNING and PAUSING only");
    require(
        lease.isEmpty() || lease.get().fence().equals(fence),
        "the live lease has the highest fence");
    require(lease.isEmpty() || store.isPresent(), "a leased job is bound to a store");
    require(
        begun || (chain.isEmpty() && shelf.apart().isEmpty()), "a job with checkpoints has begun");
    require(
        !(begun && chain.isEmpty() && (state == JobState.WAITING || state.hasLease())),
        "a job whose checkpoints are all gone wants no lease");
    require(
        chain.isEmpty() == certificate.stretches().isEmpty(),
        "a job with checkpoints says how they were trained");
    require(!acceptChange || !chain.isEmpty(), "a change is accepted of what made the head");
    for (int i = 1; i < chain.size(); i++) {
      require(
          chain.get(i - 1).parent().equals(Optional.of(chain.get(i).digest()))
              && chain.get(i - 1).position().isAfter(chain.get(i).position()),
          "each kept checkpoint extends the one before it");
    }
  }

  static Job submitted(JobId id, JobSpec spec, Optional<StoreId> store, Instant now) {
    return new Job(
        id,
        spec,
        1,
        JobState.WAITING,
        Optional.empty(),
        spec.store().or(() -> store),
        List.of(),
        PinnedCheckpoints.EMPTY,
        false,
        Fence.NONE,
        Optional.empty(),
        Budget.UNTOUCHED,
        now,
        now,
        Certificate.NONE,
        false);
  }

  public Optional<Checkpoint> head() {
    return chain.stream().findFirst();
  }

  /** All kept checkpoints: the chain of the head, newest first, then the others. */
  public List<Checkpoint> kept() {
    return Stream.concat(chain.stream(), shelf.apart().stream()).toList();
  }

  RetainedSet keeping() {
    return new RetainedSet(kept(), shelf.scores());
  }

  /** The head's position, or the start. */
  public Position position() {
    return head().map(Checkpoint::position).orElse(Position.START);
  }

  /** Whether it had checkpoints and all are gone, so that it cannot go on (R3). */
  public boolean hasNothingLeft() {
    return begun && chain.isEmpty();
  }

  Optional<Sha256> headDigest() {
    return head().map(Checkpoint::digest);
  }

  Change change() {
    return new Change(this);
  }

  private static void require(boolean held, String sentence) {
    if (!held) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
