package baton.worker.segment;

import baton.protocol.ReleaseReason;
import baton.protocol.Trouble;
import java.util.Optional;

/**
 * A holder's decision to give its lease back, and what it still waits for before it does.
 *
 * @param until runs out when the lease is given back without waiting any longer
 */
record ReleasePlan(
    ReleaseReason why, Optional<Trouble> trouble, Keep keep, Optional<Countdown> until) {
  /** What is committed before the release; each includes the one before. */
  enum Keep {
    /** Checkpoints that lie in the store whole. */
    UPLOADED,
    /** Snapshots that are being saved, unless their save fails. */
    SNAPSHOTS,
    /** All that was trained. */
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

  /** This decision, no later than an earlier one would have been carried out. */
  ReleasePlan after(Optional<ReleasePlan> earlier) {
    return new ReleasePlan(why, trouble, keep, until.or(() -> earlier.flatMap(ReleasePlan::until)));
  }
}
