package baton.storage.drive.fake;

/** The connection ends here, without a word. */
final class ConnectionCut extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConnectionCut() {
    super("cut by a rule", null, false, false);
  }
}
