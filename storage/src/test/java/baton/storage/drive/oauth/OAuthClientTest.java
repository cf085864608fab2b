package baton.storage.drive.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OAuthClientTest {
  @TempDir Path folder;

  private Path file(String text) throws Exception {
    return Files.writeString(folder.resolve("client.json"), text);
  }

  @Test
  void aFileAsDownloadedIsRead() throws Exception {
    OAuthClient client =
        OAuthClient.read(
            file(
                """
                {"installed":{"client_id":"1-a.apps.googleusercontent.com","project_id":"p",
                "auth_uri":"https://accounts.google.com/o/oauth2/auth","client_secret":"GOCSPX-x"}}
                """));
    assertThat(client).isEqualTo(new OAuthClient("1-a.apps.googleusercontent.com", "GOCSPX-x"));
    assertThat(client.toString()).doesNotContain("GOCSPX");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GOCSPX-secret",
        "{\"installed\":{\"client_id\":\"a\"}}",
        "{\"type\":\"authorized_user\",\"refresh_token\":\"1//secret\"}",
        "{\"installed\":{\"client_id\":\"a\",\"client_secret\":\"GOCSPX-secret\"}"
      })
  void anythingElseIsToldWhatToDownloadAndNotQuoted(String text) {
    assertThatThrownBy(() -> OAuthClient.read(file(text)))
        .isInstanceOf(SignInException.class)
        .hasMessageContaining("TVs and Limited Input devices")
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @Test
  void aClientForWebSitesIsToldApart() {
    assertThatThrownBy(
            () -> OAuthClient.read(file("{\"web\":{\"client_id\":\"a\",\"client_secret\":\"b\"}}")))
        .hasMessageContaining("for web sites");
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> OAuthClient.read(folder.resolve("none.json")))
        .isInstanceOf(SignInException.class)
        .hasMessageContaining("none.json cannot be read");
  }
}
