package baton.storage.drive.oauth;

import com.google.auth.oauth2.UserCredentials;
import java.net.URI;

/**
 * A user's consent that a coordinator keeps: with it, it gets access to the store in his Drive
 * again and again, until he takes it back.
 *
 * @param refreshToken never in a log, and never told to a worker
 */
public record DriveConsent(DriveAccount account, OAuthClient client, String refreshToken) {
  public DriveConsent {
    if (refreshToken.isBlank() || !client.id().equals(account.client())) {
      throw new IllegalArgumentException("a consent is one user's, to one OAuth client");
    }
  }

  /** Google's own credentials of this consent; their text names the refresh token. */
  public UserCredentials credentials() {
    return credentials(account.api(), client, refreshToken);
  }

  public static UserCredentials credentials(URI api, OAuthClient client, String refreshToken) {
    return UserCredentials.newBuilder()
        .setClientId(client.id())
        .setClientSecret(client.secret())
        .setRefreshToken(refreshToken)
        .setTokenServerUri(OAuthEndpoints.of(api).token())
        .build();
  }

  @Override
  public String toString() {
    return "consent of %s to %s".formatted(account.identity(), client);
  }
}
