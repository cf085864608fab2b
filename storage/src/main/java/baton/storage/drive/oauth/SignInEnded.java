package baton.storage.drive.oauth;

/** The sign-in is over: it gives no access any more. */
final class SignInEnded extends NoAccess {
  private static final long serialVersionUID = 1L;
}
