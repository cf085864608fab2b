package baton.storage.drive.transfer;

import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.OAuthEndpoints;
import baton.storage.drive.oauth.SignIn;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.drive.Drive;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** A connection to Drive with a sign-in: Google's client for metadata, plain requests for bytes. */
public final class DriveConnection {
  public static final URI GOOGLE = OAuthEndpoints.GOOGLE_API;

  private static final String APPLICATION = "baton";
  private static final Duration CONNECT = Duration.ofSeconds(20);

  /** Google answers late after the last byte of a large file. */
  private static final Duration READ = Duration.ofSeconds(150);

  private final URI base;
  private final Drive drive;
  private final HttpRequestFactory requests;
  private final Optional<String> client;

  private DriveConnection(URI base, HttpTransport transport, HttpRequestInitializer signIn) {
    this.base = base;
    HttpRequestInitializer initializer = request -> prepare(request, signIn);
    this.drive =
        new Drive.Builder(transport, GsonFactory.getDefaultInstance(), initializer)
            .setRootUrl(base.toString())
            .setApplicationName(APPLICATION)
            .build();
    this.requests = transport.createRequestFactory(initializer);
    this.client = signIn instanceof SignIn known ? known.client() : Optional.empty();
  }

  /**
   * Makes a connection; it sends no request yet.
   *
   * @param base ends with a slash
   */
  public static DriveConnection open(URI base, HttpRequestInitializer signIn) {
    return new DriveConnection(base, new NetHttpTransport(), signIn);
  }

  /**
   * Makes a connection with a consent, which gets a new access token when the last one has ended.
   */
  public static DriveConnection open(DriveConsent consent) {
    return open(consent.account().api(), new SignIn(consent.credentials()));
  }

  private static void prepare(HttpRequest request, HttpRequestInitializer signIn)
      throws IOException {
    request.setConnectTimeout((int) CONNECT.toMillis());
    request.setReadTimeout((int) READ.toMillis());
    // One retry, with a fresh access token; all other retries are in DriveAttempts.
    request.setNumberOfRetries(1);
    request.setFollowRedirects(false);
    // At its finest level the client would log access tokens and session addresses.
    request.setLoggingEnabled(false);
    request.setCurlLoggingEnabled(false);
    signIn.initialize(request);
  }

  public Drive drive() {
    return drive;
  }

  public HttpRequestFactory requests() {
    return requests;
  }

  /** The id of the sign-in's OAuth client; empty: unknown. */
  public Optional<String> client() {
    return client;
  }

  public GenericUrl url(String path) {
    return new GenericUrl(base.resolve(path).toString());
  }

  /** Whether this sign-in's token may be sent to an address that Drive gave. */
  boolean trusts(URI address) {
    boolean same =
        base.getScheme().equals(address.getScheme())
            && base.getAuthority().equals(address.getAuthority());
    return same
        || "https".equals(address.getScheme())
            && base.getHost().endsWith(".googleapis.com")
            && address.getHost() != null
            && address.getHost().endsWith(".googleapis.com");
  }

  @Override
  public String toString() {
    return "Drive at " + base;
  }
}
