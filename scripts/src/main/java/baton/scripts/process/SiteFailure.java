package baton.scripts.process;

/** What is played with real processes cannot go on; the message says why. */
public final class SiteFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SiteFailure(String message) {
    super(message);
  }
}
