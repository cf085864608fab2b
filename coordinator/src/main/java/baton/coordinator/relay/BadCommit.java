package baton.coordinator.relay;

/** The commit is wrong: its manifest is unreadable or does not match, or its files are missing. */
public final class BadCommit extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with it. */
  public enum Kind {
    MANIFEST_UNREADABLE,
    MANIFEST_MISMATCH,
    FILE_MISSING,
    FILE_DIFFERENT
  }

  private final Kind kind;

  BadCommit(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
