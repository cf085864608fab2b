package baton.protocol;

/** Why a holder gives its lease back. */
public enum ReleaseReason {
  /** Its turn is over: the commit that reached the segment's end was answered with release. */
  COMPLETED,
  SESSION_ENDING,
  FAILED
}
