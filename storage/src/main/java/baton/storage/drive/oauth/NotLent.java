package baton.storage.drive.oauth;

/** The coordinator has lent no access that works, for as long as was waited for it. */
public final class NotLent extends NoAccess {
  private static final long serialVersionUID = 1L;
}
