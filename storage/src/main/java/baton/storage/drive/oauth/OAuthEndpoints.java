package baton.storage.drive.oauth;

import java.net.URI;

/** Where sign-ins are asked for, renewed and taken back. */
public record OAuthEndpoints(URI deviceCode, URI token, URI revoke) {
  /** Where Google's APIs are. */
  public static final URI GOOGLE_API = URI.create("https://www.googleapis.com/");

  private static final URI GOOGLE = URI.create("https://oauth2.googleapis.com/");

  /**
   * Beside the Drive at this address: Google keeps them on a host of their own, a fake does not.
   */
  static OAuthEndpoints of(URI api) {
    URI base = api.equals(GOOGLE_API) ? GOOGLE : api;
    return new OAuthEndpoints(
        base.resolve("device/code"), base.resolve("token"), base.resolve("revoke"));
  }
}
