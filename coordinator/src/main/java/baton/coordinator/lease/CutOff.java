package baton.coordinator.lease;

/**
 * This coordinator does not see the majority of its cluster, or the database, and so decides
 * nothing. Another member may; this one goes on by itself once it sees them again.
 */
public final class CutOff extends StoreUnavailable {
  private static final long serialVersionUID = 1L;

  public CutOff(String message, Throwable cause) {
    super(message, cause);
  }
}
