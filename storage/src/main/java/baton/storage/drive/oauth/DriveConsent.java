package baton.storage.drive.oauth;

import com.google.auth.oauth2.UserCredentials;
import java.net.URI;

/**
 * A user's consent: with it a coordinator gets access to the store in that user's Drive until the
 * user revokes it.
 *
 * @param refreshToken is never logged, and never sent to a worker
 */
public record DriveConsent(DriveAccount account, OAuthClient client, String refreshToken) {
  public DriveConsent {
    if (refreshToken.isBlank() || !client.id().equals(account.client())) {
      throw new IllegalArgumentException("a consent is one user's, to one OAuth client");
    }
  }

  /** Google's credentials for this consent; their toString shows the refresh token. */
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
