package baton.protocol.checkpoint;

/** An operation on the store failed; the kind says what that means. */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * What the failure means. A file counts as corrupt only if its bytes are wrong in two fresh
   * copies.
   */
  public enum Kind {
    /** Network, a rate limit, a missing mount: try again. */
    UNREACHABLE,
    /** No space, or a quota that waiting does not restore. */
    FULL,
    /** The store works; this machine could not read or write the files. */
    MACHINE,
    /** The folder exists already (R6). */
    EXISTS,
    /** No such file. */
    GONE,
    /** Two fresh copies differ from the manifest (R3). */
    CORRUPT
  }

  private final Kind kind;

  public StoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public StoreException(Kind kind, String message) {
    this(kind, message, null);
  }

  public Kind kind() {
    return kind;
  }
}
