package baton.storage.drive.oauth;

import java.net.URI;

/** The addresses at which sign-ins are requested, renewed and revoked. */
public record OAuthEndpoints(URI deviceCode, URI token, URI revoke) {
  /** The root of Google's APIs. */
  public static final URI GOOGLE_API = URI.create("https://www.googleapis.com/");

  private static final URI GOOGLE = URI.create("https://oauth2.googleapis.com/");

  /**
   * The endpoints that belong to the Drive at this address: Google's are on a separate host, a
   * fake's on the same.
   */
  static OAuthEndpoints of(URI api) {
    URI base = api.equals(GOOGLE_API) ? GOOGLE : api;
    return new OAuthEndpoints(
        base.resolve("device/code"), base.resolve("token"), base.resolve("revoke"));
  }
}
