package baton.storage.drive.fake;

import baton.storage.drive.fake.FakeAuth.Consent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The codes of sign-ins on another device, and what the user said to them. */
public final class DeviceCodes {
  static final Duration LIFETIME = Duration.ofMinutes(30);
  private static final Set<String> ALLOWED = Set.of(FakeAuth.DRIVE_FILE);

  private final InstantSource clock;
  private final Map<String, Code> codes = new LinkedHashMap<>();
  private volatile Duration interval = Duration.ofSeconds(5);

  private static final class Code {
    private final String client;
    private final String scope;
    private final Instant until;
    private Instant nextPoll = Instant.MIN;
    private String user;
    private boolean denied;

    Code(String client, String scope, Instant until) {
      this.client = client;
      this.scope = scope;
      this.until = until;
    }
  }

  DeviceCodes(InstantSource clock) {
    this.clock = clock;
  }

  /** From now on whoever waits for a user may ask so often; Google says every five seconds. */
  public void pollEvery(Duration pause) {
    interval = pause;
  }

  Duration interval() {
    return interval;
  }

  /** The number of a new code; device and user code are derived from it. */
  synchronized int begin(String client, String scope) {
    if (!ALLOWED.contains(scope)) {
      throw new OAuthError(400, "invalid_scope", "Invalid device flow scope: " + scope);
    }
    int number = codes.size() + 1;
    codes.put(deviceCode(number), new Code(client, scope, clock.instant().plus(LIFETIME)));
    return number;
  }

  static String deviceCode(int number) {
    return "fake-device-secret-" + number;
  }

  static String userCode(int number) {
    return "FAKE-%04d".formatted(number);
  }

  /** The user types the code and agrees. */
  public synchronized void approve(String userCode, String user) {
    find(userCode).user = user;
  }

  /** The user types the code and refuses. */
  public synchronized void deny(String userCode) {
    find(userCode).denied = true;
  }

  private Code find(String userCode) {
    for (int number = 1; number <= codes.size(); number++) {
      if (userCode(number).equals(userCode)) {
        return codes.get(deviceCode(number));
      }
    }
    throw new IllegalArgumentException("nobody was told the code " + userCode);
  }

  synchronized Consent poll(String client, String deviceCode) {
    Code code = codes.get(deviceCode);
    if (code == null || !code.client.equals(client)) {
      throw new OAuthError(400, "invalid_grant", "Malformed auth code.");
    }
    Instant now = clock.instant();
    if (!now.isBefore(code.until)) {
      throw new OAuthError(400, "expired_token", "Token expired.");
    }
    if (now.isBefore(code.nextPoll)) {
      throw new OAuthError(403, "slow_down", "Forbidden");
    }
    code.nextPoll = now.plus(interval);
    if (code.denied) {
      throw new OAuthError(403, "access_denied", "Forbidden");
    }
    if (code.user == null) {
      throw new OAuthError(428, "authorization_pending", "Precondition Required");
    }
    codes.put(deviceCode, new Code(client, code.scope, Instant.MIN));
    return new Consent(client, code.user, code.scope);
  }
}
