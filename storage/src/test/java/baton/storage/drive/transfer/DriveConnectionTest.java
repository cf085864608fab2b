package baton.storage.drive.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.storage.drive.oauth.SignIn;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.Retryable;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriveConnectionTest {

  @ParameterizedTest
  @CsvSource({
    "https://www.googleapis.com/, https://www.googleapis.com/upload/x, true",
    "https://www.googleapis.com/, https://content.googleapis.com/upload/x, true",
    "https://www.googleapis.com/, http://www.googleapis.com/upload/x, false",
    "https://www.googleapis.com/, https://googleapis.com.example.com/upload/x, false",
    "https://www.googleapis.com/, https:/upload/x, false",
    "http://127.0.0.1:8080/, http://127.0.0.1:8080/upload/x, true",
    "http://127.0.0.1:8080/, http://127.0.0.1:8081/upload/x, false",
    "http://127.0.0.1:8080/, https://www.googleapis.com/upload/x, false"
  })
  void aTokenIsSentToDriveAlone(URI base, URI address, boolean trusted) {
    assertThat(DriveConnection.open(base, request -> {}).trusts(address)).isEqualTo(trusted);
  }

  @Test
  void anAccessTokenThatEndedWithoutAnotherIsNoMatterOfWaiting() {
    AccessToken ended = new AccessToken("t", Date.from(Instant.EPOCH));
    SignIn signIn = new SignIn(GoogleCredentials.create(ended));
    assertThatThrownBy(
            () ->
                new NetHttpTransport()
                    .createRequestFactory(signIn)
                    .buildGetRequest(new GenericUrl("http://127.0.0.1/")))
        .isInstanceOfSatisfying(Retryable.class, e -> assertThat(e.isRetryable()).isFalse());
  }
}
