package baton.storage.drive.fake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Who may do what: access tokens that end, and refresh tokens that can be revoked. */
public final class FakeAuth {
  public static final String DRIVE_FILE = "https://www.googleapis.com/auth/drive.file";
  public static final String DRIVE = "https://www.googleapis.com/auth/drive";

  /** How long Google's access tokens live. */
  static final Duration LIFETIME = Duration.ofSeconds(3_599);

  /** A user's consent to an OAuth client. */
  record Consent(String client, String user, String scope) {
    /** The client whose files may be seen; empty: all files. */
    String sees() {
      return scope.equals(DRIVE) ? "" : client;
    }
  }

  private record Access(Consent consent, Instant until) {}

  private final InstantSource clock;
  private final Map<String, Consent> refreshTokens = new HashMap<>();
  private final Map<String, Access> accessTokens = new HashMap<>();
  private final AtomicLong counter = new AtomicLong();

  FakeAuth(InstantSource clock) {
    this.clock = clock;
  }

  /** A refresh token, as after a consent in the browser. */
  public String consent(String client, String user, String scope) {
    return grant(new Consent(client, user, scope));
  }

  synchronized String grant(Consent consent) {
    String token = "1//fake-refresh-secret-" + counter.incrementAndGet();
    refreshTokens.put(token, consent);
    return token;
  }

  /** An access token without a refresh token, as a coordinator would hand out. */
  public String accessToken(String client, String user, String scope) {
    return issue(new Consent(client, user, scope));
  }

  synchronized String issue(Consent consent) {
    String token = "ya29.fake-access-secret-" + counter.incrementAndGet();
    accessTokens.put(token, new Access(consent, clock.instant().plus(LIFETIME)));
    return token;
  }

  synchronized Optional<Consent> refresh(String client, String refreshToken) {
    return Optional.ofNullable(refreshTokens.get(refreshToken))
        .filter(consent -> consent.client().equals(client));
  }

  /** Ends every access token, as if an hour had passed. */
  public synchronized void expireAccess() {
    accessTokens.clear();
  }

  /** The user takes the consent back: nothing of this client works any more. */
  public synchronized void revoke(String client) {
    refreshTokens.values().removeIf(consent -> consent.client().equals(client));
    accessTokens.values().removeIf(access -> access.consent().client().equals(client));
  }

  synchronized void revokeToken(String token) {
    Consent consent = refreshTokens.get(token);
    if (consent == null && accessTokens.containsKey(token)) {
      consent = accessTokens.get(token).consent();
    }
    if (consent == null) {
      throw new OAuthError(400, "invalid_token", "Token expired or revoked");
    }
    revoke(consent.client());
  }

  /** The consent behind a request. */
  Consent require(Exchange exchange) {
    return check(exchange.header("Authorization").orElseThrow(DriveError::unauthorized));
  }

  synchronized Consent check(String authorization) {
    Access access =
        authorization.startsWith("Bearer ") ? accessTokens.get(authorization.substring(7)) : null;
    if (access == null || !clock.instant().isBefore(access.until())) {
      throw DriveError.unauthorized();
    }
    return access.consent();
  }
}
