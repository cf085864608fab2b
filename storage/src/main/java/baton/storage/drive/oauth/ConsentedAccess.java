package baton.storage.drive.oauth;

import com.google.auth.Retryable;
import com.google.auth.oauth2.AccessToken;
import java.io.IOException;
import java.time.Duration;

/**
 * A short-lived access token that Google issues for a consent.
 *
 * @param token is never logged
 * @param expiresIn counted from when it was issued
 */
public record ConsentedAccess(String token, Duration expiresIn) {

  /**
   * Requests a token from Google.
   *
   * @throws SignInException if the consent is no longer valid; the message says what to do
   * @throws IOException if Google cannot be reached; a retry may help
   */
  public static ConsentedAccess get(DriveConsent consent) throws SignInException, IOException {
    try {
      AccessToken given = consent.credentials().refreshAccessToken();
      long left = given.getExpirationTime().getTime() - System.currentTimeMillis();
      return new ConsentedAccess(given.getTokenValue(), Duration.ofMillis(Math.max(0, left)));
    } catch (IOException e) {
      if (e instanceof Retryable answer && !answer.isRetryable()) {
        throw ended(consent.account());
      }
      // Omits the library's message, which may quote the request.
      throw new IOException("no answer of Google");
    }
  }

  private static SignInException ended(DriveAccount account) {
    return new SignInException(
        "Google does not accept the consent of %s any more: it was taken back, or the OAuth app is still in 'Testing', where each ends after 7 days; publish the app 'In production' and run 'baton drive login' where the coordinator runs."
            .formatted(account.identity()));
  }

  @Override
  public String toString() {
    return "access for " + expiresIn;
  }
}
