package baton.scripts.demo;

/** The demo cannot go on; the message says why. */
final class StageFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StageFailure(String message) {
    super(message);
  }
}
