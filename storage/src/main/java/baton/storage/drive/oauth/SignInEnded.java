package baton.storage.drive.oauth;

/** The sign-in has ended and gives no access any more. */
final class SignInEnded extends NoAccess {
  private static final long serialVersionUID = 1L;
}
