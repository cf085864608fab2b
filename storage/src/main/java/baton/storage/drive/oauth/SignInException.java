package baton.storage.drive.oauth;

/** Signing in to Drive failed; the message says why and what to do, and quotes no secret. */
public final class SignInException extends Exception {
  private static final long serialVersionUID = 1L;

  public SignInException(String sentence) {
    super(sentence);
  }
}
