package baton.coordinator.lease;

/** The database cannot answer now: full, locked, or gone. Nothing acknowledged is lost. */
public final class StoreUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
