package baton.storage.drive.oauth;

import baton.storage.StoreTime;
import baton.storage.drive.oauth.OAuthCall.Answer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A sign-in with the browser of another device (RFC 8628): this machine shows a code, the user
 * types it at Google, and this machine polls Google until the user has answered.
 */
public final class DeviceFlow {
  static final String SCOPE = "https://www.googleapis.com/auth/drive.file";

  private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";
  private static final Duration USUAL_INTERVAL = Duration.ofSeconds(5);
  private static final Duration SLOWER = Duration.ofSeconds(5);

  private final OAuthClient client;
  private final OAuthEndpoints endpoints;
  private final StoreTime time;

  /** A code to be typed at Google, and the secret with which to poll for the result. */
  public record Prompt(
      String userCode, String address, Duration expiresIn, Duration interval, String deviceCode) {
    @Override
    public String toString() {
      return "the code " + userCode;
    }
  }

  /** The tokens that the user's consent yields. */
  public record Tokens(String refreshToken, String scope) {
    @Override
    public String toString() {
      return "tokens for " + scope;
    }
  }

  public DeviceFlow(OAuthClient client, URI api, StoreTime time) {
    this.client = client;
    this.endpoints = OAuthEndpoints.of(api);
    this.time = time;
  }

  /** Requests a code. */
  public Prompt begin() throws SignInException {
    Answer answer;
    try {
      answer =
          OAuthCall.post(endpoints.deviceCode(), Map.of("client_id", client.id(), "scope", SCOPE));
    } catch (IOException e) {
      throw new SignInException(
          "Google cannot be reached (%s); check this machine's network and try again."
              .formatted(e.getClass().getSimpleName()));
    }
    String address = answer.text("verification_url");
    Prompt prompt =
        new Prompt(
            answer.text("user_code"),
            address.isEmpty() ? answer.text("verification_uri") : address,
            answer.seconds("expires_in").orElse(Duration.ZERO),
            answer.seconds("interval").orElse(USUAL_INTERVAL),
            answer.text("device_code"));
    boolean whole = !prompt.userCode().isEmpty() && !prompt.deviceCode().isEmpty();
    if (!answer.isGood() || !whole || prompt.address().isEmpty()) {
      throw refused(answer.text("error"));
    }
    return prompt;
  }

  /** Polls until the user has agreed, at the interval that Google demands. */
  public Tokens await(Prompt prompt) throws SignInException, InterruptedException {
    Duration end = time.now().plus(prompt.expiresIn());
    Duration interval = prompt.interval();
    while (true) {
      time.sleep(interval);
      if (time.now().compareTo(end) > 0) {
        throw expired();
      }
      Optional<Answer> answer = poll(prompt);
      if (answer.isEmpty() || answer.get().status() >= 500) {
        interval = interval.plus(SLOWER); // out of reach: poll more slowly, as after a time-out
      } else if (answer.get().isGood()) {
        return tokens(answer.get());
      } else {
        switch (answer.get().text("error")) {
          case "authorization_pending" -> {}
          case "slow_down" -> interval = interval.plus(SLOWER);
          case "access_denied" ->
              throw new SignInException(
                  "Access was refused in the browser, so nothing has changed; run this again and"
                      + " agree there.");
          case "expired_token", "invalid_grant" -> throw expired();
          default -> throw refused(answer.get().text("error"));
        }
      }
    }
  }

  private Optional<Answer> poll(Prompt prompt) {
    try {
      return Optional.of(
          OAuthCall.post(
              endpoints.token(),
              Map.of(
                  "client_id", client.id(),
                  "client_secret", client.secret(),
                  "device_code", prompt.deviceCode(),
                  "grant_type", GRANT)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Tokens tokens(Answer answer) throws SignInException {
    Tokens tokens = new Tokens(answer.text("refresh_token"), answer.text("scope"));
    if (tokens.refreshToken().isEmpty()) {
      throw refused("no refresh token");
    }
    if (!tokens.scope().isEmpty() && !tokens.scope().contains(SCOPE)) {
      throw new SignInException(
          "Google was not allowed to let Baton see its files in Drive; run this again and leave"
              + " the tick at Google Drive.");
    }
    return tokens;
  }

  private static SignInException expired() {
    return new SignInException("The code has expired before it was typed in; run this again.");
  }

  private static SignInException refused(String error) {
    return switch (error) {
      case "invalid_client", "unauthorized_client", "deleted_client" ->
          new SignInException(
              "Google does not know this OAuth client, or it is of another type; make one of the"
                  + " type 'TVs and Limited Input devices' and name its file.");
      case "invalid_scope" ->
          new SignInException(
              "Google does not let this OAuth client ask for files in Drive; enable the Google Drive"
                  + " API in its project.");
      default ->
          new SignInException(
              "Google refused the sign-in (%s); try again, and if it lasts, see docs/guide/drive.md."
                  .formatted(error.matches("[a-z_ ]{1,60}") ? error : "no reason given"));
    };
  }
}
