package baton.storage.drive.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A request as it came over the line, and the line for its answer. */
record HttpRequest(
    String method, String target, Map<String, String> headers, InputStream body, OutputStream out) {

  /** The next request; empty: the caller has closed the connection. */
  static Optional<HttpRequest> read(InputStream in, OutputStream out) throws IOException {
    Optional<String> first = HttpConnection.readLine(in);
    if (first.isEmpty()) {
      return Optional.empty();
    }
    String[] words = first.get().split(" ");
    Map<String, String> headers = readHeaders(in);
    return Optional.of(new HttpRequest(words[0], words[1], headers, body(in, headers), out));
  }

  private static Map<String, String> readHeaders(InputStream in) throws IOException {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    String line = HttpConnection.readLine(in).orElseThrow(ConnectionCut::new);
    while (!line.isEmpty()) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
      line = HttpConnection.readLine(in).orElseThrow(ConnectionCut::new);
    }
    return headers;
  }

  private static InputStream body(InputStream in, Map<String, String> headers) {
    if (headers.getOrDefault("Transfer-Encoding", "").equalsIgnoreCase("chunked")) {
      return new BodyInput(in, 0, true);
    }
    return new BodyInput(in, Long.parseLong(headers.getOrDefault("Content-Length", "0")), false);
  }

  /** Writes the head of the answer. */
  OutputStream answer(int status, long length, Map<String, String> answerHeaders)
      throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " .\r\n");
    answerHeaders.forEach(
        (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Length: ").append(length).append("\r\n\r\n");
    out.write(HttpConnection.ascii(head.toString()));
    return out;
  }
}
