package baton.storage.drive.fake;

import baton.storage.drive.fake.FakeAuth.Consent;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;

/** The OAuth endpoints: tokens, device codes, revocation. */
final class OAuthHandler {
  private static final String DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

  private final FakeAuth auth;
  private final DeviceCodes codes;

  OAuthHandler(FakeAuth auth, DeviceCodes codes) {
    this.auth = auth;
    this.codes = codes;
  }

  void token(Exchange exchange) throws IOException {
    Map<String, String> form = exchange.form();
    String client = form.getOrDefault("client_id", "");
    switch (form.getOrDefault("grant_type", "")) {
      case "refresh_token" -> {
        Consent consent =
            auth.refresh(client, form.getOrDefault("refresh_token", ""))
                .orElseThrow(
                    () ->
                        new OAuthError(400, "invalid_grant", "Token has been expired or revoked."));
        exchange.reply(200, tokens(consent));
      }
      case DEVICE_GRANT -> {
        Consent consent = codes.poll(client, form.getOrDefault("device_code", ""));
        exchange.reply(200, tokens(consent).put("refresh_token", auth.grant(consent)));
      }
      default -> throw new OAuthError(400, "unsupported_grant_type", "Invalid grant_type");
    }
  }

  private ObjectNode tokens(Consent consent) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("access_token", auth.issue(consent))
        .put("expires_in", FakeAuth.LIFETIME.toSeconds())
        .put("scope", consent.scope())
        .put("token_type", "Bearer");
  }

  void deviceCode(Exchange exchange) throws IOException {
    Map<String, String> form = exchange.form();
    int number = codes.begin(form.getOrDefault("client_id", ""), form.getOrDefault("scope", ""));
    exchange.reply(
        200,
        JsonNodeFactory.instance
            .objectNode()
            .put("device_code", DeviceCodes.deviceCode(number))
            .put("user_code", DeviceCodes.userCode(number))
            .put("verification_url", exchange.origin() + "/device")
            .put("expires_in", DeviceCodes.LIFETIME.toSeconds())
            .put("interval", codes.interval().toSeconds()));
  }

  /** The page in the browser, where this user agrees at once: {@code ?user_code=…&user=…}. */
  void devicePage(Exchange exchange) throws IOException {
    String user = exchange.parameter("user").orElse("user@example.com");
    try {
      codes.approve(exchange.parameter("user_code").orElse(""), user);
    } catch (IllegalArgumentException e) {
      throw new OAuthError(404, "invalid_code", e.getMessage());
    }
    exchange.reply(200, JsonNodeFactory.instance.objectNode().put("agreed", user));
  }

  void revoke(Exchange exchange) throws IOException {
    String token = exchange.parameter("token").orElse("");
    auth.revokeToken(token.isEmpty() ? exchange.form().getOrDefault("token", "") : token);
    exchange.reply(200, JsonNodeFactory.instance.objectNode());
  }
}
