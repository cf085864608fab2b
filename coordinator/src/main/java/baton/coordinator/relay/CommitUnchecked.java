package baton.coordinator.relay;

/** The store cannot be read now, so the commit can be neither checked nor refused: try again. */
public final class CommitUnchecked extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommitUnchecked(String why) {
    super("The store cannot be read to check the commit: " + why + " Send the commit again.");
  }
}
