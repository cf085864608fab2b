package baton.storage.drive;

import com.google.auth.oauth2.UserCredentials;
import java.net.URI;
import java.util.random.RandomGenerator;

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
  UserCredentials credentials() {
    return credentials(account.api(), client, refreshToken);
  }

  static UserCredentials credentials(URI api, OAuthClient client, String refreshToken) {
    return UserCredentials.newBuilder()
        .setClientId(client.id())
        .setClientSecret(client.secret())
        .setRefreshToken(refreshToken)
        .setTokenServerUri(OAuthEndpoints.of(api).token())
        .build();
  }

  /** A way to the Drive, which gets itself access where the last one has ended. */
  public DriveConnection connect() {
    return DriveConnection.open(account.api(), new SignIn(credentials()));
  }

  /** All that calls to the store of this consent need. */
  public DriveSetup setup(DrivePolicy policy, DriveTime time, RandomGenerator random) {
    return new DriveSetup(connect(), policy, time, random);
  }

  @Override
  public String toString() {
    return "consent of %s to %s".formatted(account.identity(), client);
  }
}
