package baton.storage.drive.oauth;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.JsonObjectParser;
import com.google.api.client.json.gson.GsonFactory;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.OAuth2Credentials;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/**
 * The sign-in of a Colab notebook, from the metadata server that Colab emulates. Google's library
 * finds that server only by its own process's environment, which Colab sets only for Python.
 */
final class ColabCredentials extends OAuth2Credentials {
  private static final long serialVersionUID = 1L;
  private static final String TOKEN =
      "http://%s/computeMetadata/v1/instance/service-accounts/default/token";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int OK = 200;

  private final String server;

  /**
   * @param server host and port
   */
  ColabCredentials(String server) {
    this.server = server;
  }

  @Override
  public AccessToken refreshAccessToken() throws IOException {
    HttpRequest request =
        new NetHttpTransport()
            .createRequestFactory()
            .buildGetRequest(new GenericUrl(TOKEN.formatted(server)));
    request.getHeaders().set("Metadata-Flavor", "Google");
    request.setParser(new JsonObjectParser(GsonFactory.getDefaultInstance()));
    request.setConnectTimeout((int) PATIENCE.toMillis());
    request.setReadTimeout((int) PATIENCE.toMillis());
    request.setLoggingEnabled(false);
    request.setCurlLoggingEnabled(false);
    request.setThrowExceptionOnExecuteError(false);
    Instant asked = Instant.now();
    HttpResponse response = request.execute();
    try {
      if (response.getStatusCode() != OK) {
        throw new SignInEnded();
      }
      return token(response.parseAs(GenericJson.class), asked);
    } finally {
      response.disconnect();
    }
  }

  private static AccessToken token(GenericJson answer, Instant asked) throws IOException {
    if (answer.get("access_token") instanceof String token
        && answer.get("expires_in") instanceof BigDecimal seconds) {
      return new AccessToken(token, Date.from(asked.plusSeconds(seconds.longValue())));
    }
    throw new SignInEnded();
  }
}
