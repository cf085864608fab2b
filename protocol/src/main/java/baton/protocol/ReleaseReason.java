package baton.protocol;

/** Why a holder gives its lease back. */
public enum ReleaseReason {
  /** The coordinator answered a commit at the segment's end with {@link AfterCommit#RELEASE}. */
  COMPLETED,
  SESSION_ENDING,
  FAILED
}
