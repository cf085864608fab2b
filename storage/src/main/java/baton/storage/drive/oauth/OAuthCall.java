package baton.storage.drive.oauth;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.UrlEncodedContent;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.JsonObjectParser;
import com.google.api.client.json.gson.GsonFactory;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Posts a form to an OAuth endpoint. The form and the answer contain secrets; neither is logged.
 */
public final class OAuthCall {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private OAuthCall() {}

  /** An answer, successful or not. */
  record Answer(int status, GenericJson json) {
    /** The text of this name, or the empty text. */
    String text(String name) {
      return json.get(name) instanceof String text ? text : "";
    }

    Optional<Duration> seconds(String name) {
      return json.get(name) instanceof Number seconds && seconds.longValue() > 0
          ? Optional.of(Duration.ofSeconds(seconds.longValue()))
          : Optional.empty();
    }

    boolean isGood() {
      return status == 200;
    }

    @Override
    public String toString() {
      return "answer " + status;
    }
  }

  public static Answer post(URI address, Map<String, String> form) throws IOException {
    HttpRequest request =
        new NetHttpTransport()
            .createRequestFactory()
            .buildPostRequest(new GenericUrl(address.toString()), new UrlEncodedContent(form));
    request.setParser(new JsonObjectParser(GsonFactory.getDefaultInstance()));
    request.setConnectTimeout((int) PATIENCE.toMillis());
    request.setReadTimeout((int) PATIENCE.toMillis());
    request.setLoggingEnabled(false);
    request.setCurlLoggingEnabled(false);
    request.setThrowExceptionOnExecuteError(false);
    HttpResponse response = request.execute();
    try {
      return new Answer(response.getStatusCode(), response.parseAs(GenericJson.class));
    } catch (IllegalArgumentException e) {
      return new Answer(response.getStatusCode(), new GenericJson()); // no JSON: a proxy's page
    } finally {
      response.disconnect();
    }
  }
}
