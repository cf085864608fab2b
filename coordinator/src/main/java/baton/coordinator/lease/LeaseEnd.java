package baton.coordinator.lease;

/** Why a lease, or one of its segments, ended. */
public enum LeaseEnd {
  /** The segment's end was reached and the holder trains on under the same fence. */
  CONTINUED,
  RELEASED,
  SESSION_ENDING,
  COMPLETE,
  LOST,
  STALLED,
  FAILED,
  MACHINE_ERROR,
  CORRUPT_HEAD,
  HEAD_GONE,
  CANCELLED,
  RESTORED
}
