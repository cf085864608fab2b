package baton.cli.process;

import java.util.List;

/** A run with real processes cannot go on; the message says why, in one line. */
public final class SiteFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lastWords;

  public SiteFailure(String message) {
    this(message, List.of());
  }

  /**
   * @param lastWords the last lines of the process that failed, in order
   */
  public SiteFailure(String message, List<String> lastWords) {
    super(message);
    this.lastWords = List.copyOf(lastWords);
  }

  public List<String> lastWords() {
    return lastWords == null ? List.of() : lastWords;
  }

  /** This failure, with {@code what} named in its message. */
  public SiteFailure of(String what) {
    return new SiteFailure(what + ": " + getMessage(), lastWords());
  }
}
