package baton.worker.segment;

import baton.protocol.ReleaseReason;
import baton.protocol.Trouble;
import java.util.Optional;

/**
 * A holder's decision to give its lease back, and what it waits for before it does.
 *
 * @param until when it runs out, the lease is given back without waiting any longer
 */
record ReleasePlan(
    ReleaseReason why, Optional<Trouble> trouble, Keep keep, Optional<Countdown> until) {
  /** What is committed before the release; each value includes the one before it. */
  enum Keep {
    /** Checkpoints that are complete in the store. */
    UPLOADED,
    /** Snapshots that are being saved, unless their save fails. */
    SNAPSHOTS,
    /** Everything that was trained. */
    EVERYTHING
  }

  static ReleasePlan turnOver() {
    return new ReleasePlan(
        ReleaseReason.COMPLETED, Optional.empty(), Keep.UPLOADED, Optional.empty());
  }

  static ReleasePlan asTold() {
    return new ReleasePlan(
        ReleaseReason.COMPLETED, Optional.empty(), Keep.EVERYTHING, Optional.empty());
  }

  static ReleasePlan sessionEnding(Countdown until) {
    return new ReleasePlan(
        ReleaseReason.SESSION_ENDING, Optional.empty(), Keep.EVERYTHING, Optional.of(until));
  }

  static ReleasePlan failed(Trouble trouble, Keep keep) {
    return new ReleasePlan(ReleaseReason.FAILED, Optional.of(trouble), keep, Optional.empty());
  }

  /** This decision, but to be carried out no later than an earlier one. */
  ReleasePlan after(Optional<ReleasePlan> earlier) {
    return new ReleasePlan(why, trouble, keep, until.or(() -> earlier.flatMap(ReleasePlan::until)));
  }
}
