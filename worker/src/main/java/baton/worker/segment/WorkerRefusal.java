package baton.worker.segment;

/** Why a coordinator refused a request, as far as a session acts on it. */
public enum WorkerRefusal {
  /** The lease has ended, or belongs to another session: stop at once. */
  LEASE_ENDED,
  /** This session holds a lease already (R1). */
  LEASE_HELD,
  /** A file of the checkpoint is missing in the store, or its bytes differ (R5). */
  UNSOUND,
  /** Parent or position do not follow the head: this session has a wrong view of the job. */
  OUT_OF_STEP,
  /** The token is not one of this coordinator's, or not a worker's. */
  TOKEN,
  /** The request breaks the contract. */
  MALFORMED
}
