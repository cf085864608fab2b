package baton.storage.drive.oauth;

import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpUnsuccessfulResponseHandler;
import com.google.auth.Credentials;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.UserCredentials;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sign-in to Drive that gets a new access token when the old one is refused. Google's own adapter
 * does the same, but prints a stack trace if it fails.
 */
public final class SignIn implements HttpRequestInitializer, HttpUnsuccessfulResponseHandler {
  private static final Logger LOG = LoggerFactory.getLogger(SignIn.class);
  private static final int UNAUTHORIZED = 401;

  private final Credentials credentials;

  public SignIn(Credentials credentials) {
    this.credentials = credentials;
  }

  /** The id of its OAuth client; empty: unknown. */
  public Optional<String> client() {
    if (credentials instanceof UserCredentials user) {
      return Optional.of(user.getClientId());
    }
    return credentials instanceof LentCredentials lent ? lent.client() : Optional.empty();
  }

  /** Whether it belongs to the machine's own account, not to a user's. */
  public boolean isOfVirtualMachine() {
    return credentials instanceof ComputeEngineCredentials;
  }

  @Override
  public void initialize(HttpRequest request) throws IOException {
    request.setUnsuccessfulResponseHandler(this);
    URI address = request.getUrl().toURI();
    Map<String, List<String>> headers = headers(address);
    headers.forEach((name, values) -> request.getHeaders().put(name, List.copyOf(values)));
  }

  private Map<String, List<String>> headers(URI address) throws IOException {
    try {
      return credentials.getRequestMetadata(address);
    } catch (IllegalStateException e) {
      // Google's credentials throw this if an access token came without a refresh token.
      throw new SignInEnded();
    }
  }

  @Override
  public boolean handleResponse(HttpRequest request, HttpResponse response, boolean retries)
      throws NotLent {
    if (response.getStatusCode() != UNAUTHORIZED) {
      return false;
    }
    try {
      String refused = request.getHeaders().getAuthorization();
      initialize(request);
      if (request.getHeaders().getAuthorization().equals(refused)) {
        credentials.refresh(); // otherwise another request has refreshed it meanwhile
        initialize(request);
      }
      return true;
    } catch (NotLent e) {
      throw e;
    } catch (IOException | IllegalStateException e) {
      LOG.warn("Google gave no new access token; the old one is not accepted any more.");
      return false;
    }
  }

  @Override
  public String toString() {
    return "SignIn";
  }
}
