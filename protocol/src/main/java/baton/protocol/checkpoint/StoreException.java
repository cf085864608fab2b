package baton.protocol.checkpoint;

/** The store could not do what was asked; the kind says what that means. */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What a failure of the store means. Only bytes that differ in two fresh copies are corrupt. */
  public enum Kind {
    /** Network, quota by the minute, a missing mount: try again. */
    UNREACHABLE,
    /** No space, or a quota that does not pass by waiting. */
    FULL,
    /** Nothing is wrong with the store: this machine could not read, or not make, the files. */
    MACHINE,
    /** The folder is there already (R6). */
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
