package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.StoreId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds the next version of a job; a job is changed in no other way. */
final class Change {
  private final Job before;
  private final List<History> rows = new ArrayList<>();
  private long version;
  private JobState state;
  private Optional<String> reason;
  private Optional<StoreId> store;
  private List<Checkpoint> chain;
  private PinnedCheckpoints shelf;
  private boolean begun;
  private Fence fence;
  private Optional<Lease> lease;
  private Budget budget;
  private Instant waitingSince;
  private Certificate certificate;
  private boolean acceptChange;

  Change(Job before) {
    this.before = before;
    this.version = before.version() + 1;
    this.state = before.state();
    this.reason = before.reason();
    this.store = before.store();
    this.chain = before.chain();
    this.shelf = before.shelf();
    this.begun = before.begun();
    this.fence = before.fence();
    this.lease = before.lease();
    this.budget = before.budget();
    this.waitingSince = before.waitingSince();
    this.certificate = before.certificate();
    this.acceptChange = before.acceptChange();
  }

  /**
   * Starts versions above all that the time lost by a restore had: other members may still hold one
   * of them.
   */
  Change versionOfIncarnation(long incarnation) {
    version = Math.max(version, Fence.beforeIncarnation(incarnation).value());
    return this;
  }

  Change state(JobState value) {
    state = value;
    reason = Optional.empty();
    return this;
  }

  Change state(JobState value, String why) {
    state = value;
    reason = Optional.of(why);
    return this;
  }

  Change store(StoreId value) {
    store = Optional.of(value);
    return this;
  }

  /** Sets what is kept from now on; the newest of it is the head. */
  Change keep(RetainedSet keeping, Certificate ofIt) {
    chain = keeping.chain();
    shelf = new PinnedCheckpoints(keeping.apart(), keeping.scores());
    certificate = ofIt;
    begun = true;
    return this;
  }

  /** Removes the head; the rest of what is kept stays. */
  Change loseHead(RetainedSet rest) {
    chain = List.of();
    certificate = Certificate.NONE;
    acceptChange = false;
    shelf = new PinnedCheckpoints(rest.kept(), rest.scores());
    return this;
  }

  Change acceptChange(boolean value) {
    acceptChange = value;
    return this;
  }

  Change fence(Fence value) {
    fence = value;
    return this;
  }

  Change budget(Budget value) {
    budget = value;
    return this;
  }

  /**
   * @param why why this session was chosen for the lease; empty if no other was eligible
   */
  Change grant(Lease value, Optional<String> why) {
    lease = Optional.of(value);
    fence = value.fence();
    state = JobState.RUNNING;
    reason = why;
    rows.add(History.SegmentStarted.of(value, value.grantedAt()));
    return this;
  }

  /** The holder trains on: the old segment ends, the next begins under the same fence. */
  Change continueWith(Lease next, Instant now) {
    rows.add(new History.SegmentEnded(fence, LeaseEnd.CONTINUED, now));
    rows.add(History.SegmentStarted.of(next, now));
    lease = Optional.of(next);
    return this;
  }

  /** Ends the live lease, and sets the state that follows from that. */
  Change endLease(LeaseEnd why, Instant now) {
    return endLease(why, now, now);
  }

  /**
   * @param heldUntil when its holder was last known to hold it
   */
  Change endLease(LeaseEnd why, Instant heldUntil, Instant now) {
    rows.add(new History.SegmentEnded(fence, why, heldUntil));
    lease = Optional.empty();
    state = state.withoutLease();
    waitingSince = now;
    return this;
  }

  /** Marks what is no longer kept, before anyone may delete it (R13). */
  Change prune(List<Checkpoint> surplus, Instant now) {
    for (Checkpoint checkpoint : surplus) {
      rows.add(
          new History.CheckpointMarked(
              checkpoint.digest(), History.CheckpointMarked.Mark.PRUNED, now));
    }
    return this;
  }

  Change row(History row) {
    rows.add(row);
    return this;
  }

  Budget budget() {
    return budget;
  }

  Decision answer(Outcome outcome) {
    Job after =
        new Job(
            before.id(),
            before.spec(),
            version,
            state,
            reason,
            store,
            chain,
            shelf,
            begun,
            fence,
            lease,
            budget,
            before.submittedAt(),
            waitingSince,
            certificate,
            acceptChange);
    return new Decision(Optional.of(after), outcome, rows);
  }
}
