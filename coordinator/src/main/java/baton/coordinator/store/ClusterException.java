package baton.coordinator.store;

/** A coordinator cannot be a member of its cluster; the message says why, and what to do. */
public final class ClusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClusterException(String message) {
    super(message);
  }

  ClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
