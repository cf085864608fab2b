package baton.storage.drive.oauth;

/** The coordinator lent no usable access within the time that a request waits for it. */
public final class NotLent extends NoAccess {
  private static final long serialVersionUID = 1L;
}
