package baton.storage.drive.fake;

import static baton.storage.drive.fake.RawCalls.json;
import static baton.storage.drive.fake.RawCalls.reason;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeDriveOAuthTest {
  private static final String ABOUT = "drive/v3/about?fields=user";
  private static final String DEVICE_GRANT =
      "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=c&device_code=";

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private FakeDrive drive;
  private RawCalls anybody;

  @BeforeEach
  void start() throws IOException {
    drive = FakeDrive.start(folder, 0, clock);
    anybody = new RawCalls(drive.base(), "");
  }

  @AfterEach
  void stop() throws IOException {
    drive.close();
  }

  @Test
  void nobodyIsToldAnythingWithoutAToken() throws Exception {
    assertThat(reason(anybody.get(ABOUT))).isEqualTo("401 authError");
  }

  @Test
  void aRefreshTokenGivesAccessForAnHour() throws Exception {
    String refresh = drive.auth().consent("c", "a@b.c", FakeAuth.DRIVE_FILE);
    JsonNode answer = json(refreshed(refresh));
    RawCalls calls = new RawCalls(drive.base(), answer.get("access_token").asText());
    assertThat(json(calls.get(ABOUT)).at("/user/emailAddress").asText()).isEqualTo("a@b.c");

    clock.pass(Duration.ofSeconds(answer.get("expires_in").asLong()));
    assertThat(reason(calls.get(ABOUT))).isEqualTo("401 authError");
  }

  private HttpResponse<byte[]> refreshed(String token) throws Exception {
    return anybody.call(
        "POST", "token", "grant_type=refresh_token&client_id=c&refresh_token=" + token);
  }

  @Test
  void aRevokedConsentGivesNothing() throws Exception {
    String refresh = drive.auth().consent("c", "a@b.c", FakeAuth.DRIVE_FILE);
    String access = json(refreshed(refresh)).get("access_token").asText();
    assertThat(anybody.call("POST", "revoke", "token=" + access).statusCode()).isEqualTo(200);

    assertThat(error(refreshed(refresh))).isEqualTo("400 invalid_grant");
    assertThat(reason(new RawCalls(drive.base(), access).get(ABOUT))).isEqualTo("401 authError");
  }

  private static String error(HttpResponse<byte[]> response) throws IOException {
    return response.statusCode() + " " + json(response).get("error").asText();
  }

  @Test
  void aDeviceWaitsForItsUserAndIsThenGivenBothTokens() throws Exception {
    JsonNode codes = json(askForCode(FakeAuth.DRIVE_FILE));
    String poll = DEVICE_GRANT + codes.get("device_code").asText();

    assertThat(error(anybody.call("POST", "token", poll))).isEqualTo("428 authorization_pending");
    assertThat(error(anybody.call("POST", "token", poll))).isEqualTo("403 slow_down");
    drive.deviceCodes().approve(codes.get("user_code").asText(), "a@b.c");
    clock.pass(Duration.ofSeconds(codes.get("interval").asLong()));

    JsonNode tokens = json(anybody.call("POST", "token", poll));
    assertThat(tokens.get("scope").asText()).isEqualTo(FakeAuth.DRIVE_FILE);
    assertThat(refreshed(tokens.get("refresh_token").asText()).statusCode()).isEqualTo(200);
    assertThat(error(anybody.call("POST", "token", poll))).isEqualTo("400 expired_token");
  }

  private HttpResponse<byte[]> askForCode(String scope) throws Exception {
    return anybody.call("POST", "device/code", "client_id=c&scope=" + scope);
  }

  @Test
  void aDeviceIsToldThatItsUserRefused() throws Exception {
    JsonNode codes = json(askForCode(FakeAuth.DRIVE_FILE));
    drive.deviceCodes().deny(codes.get("user_code").asText());
    String poll = DEVICE_GRANT + codes.get("device_code").asText();
    assertThat(error(anybody.call("POST", "token", poll))).isEqualTo("403 access_denied");
  }

  @Test
  void aUserAgreesOnThePageThatTheDeviceNames() throws Exception {
    JsonNode codes = json(askForCode(FakeAuth.DRIVE_FILE));
    String page =
        codes.get("verification_url").asText().substring(drive.base().toString().length());
    String typed = page + "?user=a@b.c&user_code=" + codes.get("user_code").asText();
    assertThat(anybody.get(typed).statusCode()).isEqualTo(200);
    assertThat(anybody.get(page + "?user_code=NONE").statusCode()).isEqualTo(404);

    String poll = DEVICE_GRANT + codes.get("device_code").asText();
    assertThat(anybody.call("POST", "token", poll).statusCode()).isEqualTo(200);
  }

  @Test
  void aDeviceMayNotAskForTheWholeDrive() throws Exception {
    assertThat(error(askForCode(FakeAuth.DRIVE))).isEqualTo("400 invalid_scope");
  }
}
