package baton.coordinator.lease;

/** Why a command changes nothing. */
public enum Refusal {
  /** The lease is not the live one: it ended, and another may hold the job. */
  STALE_FENCE,
  /** No lease with this fence was ever granted. */
  UNKNOWN_FENCE,
  /** The secret is not the one the lease was granted to. */
  FOREIGN_SECRET,
  /** The path is not one that the lease may read or write. */
  NOT_YOURS,
  /** The commit's parent is not the head. */
  STALE_PARENT,
  /** The commit's position is not after the head's. */
  POSITION_NOT_LATER,
  /** The position of a commit or a renewal lies beyond the job's last epoch. */
  POSITION_BEYOND_END,
  /** The manifest was not written under this lease. */
  FOREIGN_MANIFEST,
  /** Another lease is live. */
  LEASE_HELD,
  /** The session holds a live lease already (R1). */
  SESSION_HOLDS_LEASE,
  /** The lease once granted to this request has ended. */
  LEASE_ENDED,
  /** The job does not want a lease. */
  NOT_WAITING,
  /** The worker lacks the program or the store, or failed this job, or its device is barred. */
  NOT_ELIGIBLE,
  /** The job is complete, failed or cancelled. */
  JOB_OVER,
  /** Every kept checkpoint was rejected; training never starts again from the seed by itself. */
  NOTHING_LEFT
}
