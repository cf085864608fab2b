package baton.coordinator.lease;

/** The database cannot answer now: full, locked, or gone. Nothing acknowledged is lost. */
public sealed class StoreUnavailable extends RuntimeException permits CutOff {
  private static final long serialVersionUID = 1L;

  public StoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
