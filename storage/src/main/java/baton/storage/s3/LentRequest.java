package baton.storage.s3;

import baton.protocol.LentUrl;
import baton.protocol.UrlAsk.Verb;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One request to a lent address, and its answer. Neither is logged: the address is a secret. */
final class LentRequest implements AutoCloseable {
  private static final Duration TO_CONNECT = Duration.ofSeconds(10);
  private static final Duration OF_SILENCE = Duration.ofSeconds(60);
  private static final int LONGEST_ERROR = 1 << 14;
  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,60})</Code>");

  private final HttpURLConnection http;

  /** The body of a request. */
  interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * What the server said about a failure.
   *
   * @param code such as {@code SlowDown}, or the empty text
   * @param passes whether a retry with a new address may succeed
   */
  record Failure(int status, String code, boolean passes) {}

  private LentRequest(HttpURLConnection http) {
    this.http = http;
  }

  /**
   * Begins a request without a body.
   *
   * @param from the first byte wanted
   */
  static LentRequest of(Verb verb, LentUrl url, long from) throws IOException {
    LentRequest request = open(verb, url);
    if (from > 0) {
      request.http.setRequestProperty("Range", "bytes=" + from + "-");
    }
    return request;
  }

  /** Sends a body of this size. */
  static LentRequest put(LentUrl url, long size, Body body) throws IOException {
    LentRequest request = open(Verb.PUT, url);
    request.http.setDoOutput(true);
    request.http.setFixedLengthStreamingMode(size);
    try (OutputStream out = request.http.getOutputStream()) {
      body.writeTo(out);
    }
    return request;
  }

  private static LentRequest open(Verb verb, LentUrl url) throws IOException {
    HttpURLConnection http = (HttpURLConnection) url.address().toURL().openConnection();
    http.setRequestMethod(verb.name());
    http.setConnectTimeout((int) TO_CONNECT.toMillis());
    http.setReadTimeout((int) OF_SILENCE.toMillis());
    http.setInstanceFollowRedirects(false);
    http.setUseCaches(false);
    url.headers().forEach(http::setRequestProperty);
    return new LentRequest(http);
  }

  int status() throws IOException {
    return http.getResponseCode();
  }

  boolean isGood() throws IOException {
    return status() / 100 == 2;
  }

  InputStream body() throws IOException {
    return http.getInputStream();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(http.getHeaderField(name));
  }

  long length() {
    return http.getContentLengthLong();
  }

  Failure failure() throws IOException {
    int status = status();
    String text = "";
    try (InputStream in = http.getErrorStream()) {
      if (in != null) {
        text = new String(in.readNBytes(LONGEST_ERROR), StandardCharsets.UTF_8);
      }
    }
    Matcher code = CODE.matcher(text);
    boolean ended = status == 403 && text.contains("Request has expired");
    boolean passes = status >= 500 && status != 507 || status == 408 || status == 429 || ended;
    return new Failure(status, code.find() ? code.group(1) : "", passes);
  }

  @Override
  public void close() {
    http.disconnect();
  }
}
