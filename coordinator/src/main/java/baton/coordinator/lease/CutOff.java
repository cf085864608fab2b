package baton.coordinator.lease;

/**
 * This coordinator cannot reach the majority of its cluster or the database, so it decides nothing.
 * Another member may; this one resumes by itself once it can reach them again.
 */
public final class CutOff extends StoreUnavailable {
  private static final long serialVersionUID = 1L;

  public CutOff(String message, Throwable cause) {
    super(message, cause);
  }
}
