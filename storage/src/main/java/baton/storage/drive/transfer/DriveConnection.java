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

/** A way to a Drive with a sign-in: Google's client for metadata, and plain requests for bytes. */
public final class DriveConnection {
  public static final URI GOOGLE = OAuthEndpoints.GOOGLE_API;

  private static final String APPLICATION = "baton";
  private static final Duration CONNECT = Duration.ofSeconds(20);

  /** Google takes its time over the last byte of a large file. */
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
   * Connects; nothing is asked yet.
   *
   * @param base with a slash at its end
   */
  public static DriveConnection open(URI base, HttpRequestInitializer signIn) {
    return new DriveConnection(base, new NetHttpTransport(), signIn);
  }

  /** Connects with a consent, which gets itself access where the last one has ended. */
  public static DriveConnection open(DriveConsent consent) {
    return open(consent.account().api(), new SignIn(consent.credentials()));
  }

  private static void prepare(HttpRequest request, HttpRequestInitializer signIn)
      throws IOException {
    request.setConnectTimeout((int) CONNECT.toMillis());
    request.setReadTimeout((int) READ.toMillis());
    // One more try, for the one with a fresh access token; all other patience is in Attempts.
    request.setNumberOfRetries(1);
    request.setFollowRedirects(false);
    // At its finest level the client would log access tokens and the addresses of sessions.
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

  /** The id of the OAuth client behind the sign-in, where that can be known. */
  public Optional<String> client() {
    return client;
  }

  public GenericUrl url(String path) {
    return new GenericUrl(base.resolve(path).toString());
  }

  /** Whether an address that Drive gave may be sent this sign-in's token. */
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
