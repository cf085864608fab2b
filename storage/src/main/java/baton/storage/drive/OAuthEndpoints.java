package baton.storage.drive;

import java.net.URI;

/** Where sign-ins are asked for, renewed and taken back. */
record OAuthEndpoints(URI deviceCode, URI token, URI revoke) {
  private static final URI GOOGLE = URI.create("https://oauth2.googleapis.com/");

  /**
   * Beside the Drive at this address: Google keeps them on a host of their own, a fake does not.
   */
  static OAuthEndpoints of(URI api) {
    URI base = api.equals(DriveConnection.GOOGLE) ? GOOGLE : api;
    return new OAuthEndpoints(
        base.resolve("device/code"), base.resolve("token"), base.resolve("revoke"));
  }
}
