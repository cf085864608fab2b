package baton.proofs.bench;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One connection to an HTTP server that is cheap for its client: it writes a request as bytes and
 * reads a status, a length and a body. A general client uses more processor time than the server
 * that it measures.
 */
final class LeanConnection implements Closeable {
  private static final int SUCCESS = 2;

  private final Socket socket;
  private final InputStream in;
  private final String head;

  /**
   * @param headers the headers of each request, each line with its line break
   */
  LeanConnection(URI server, String headers) throws IOException {
    this.socket = new Socket(server.getHost(), server.getPort());
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
    this.head = "Host: " + server.getAuthority() + "\r\n" + headers;
  }

  /** The body of the answer; throws an {@link IllegalStateException} if it is not a success. */
  String post(String path, String body) throws IOException {
    return send("POST", path, "Content-Type: application/json\r\n", body);
  }

  String get(String path) throws IOException {
    return send("GET", path, "", "");
  }

  private String send(String method, String path, String more, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String request =
        method + " " + path + " HTTP/1.1\r\n" + head + more + "Content-Length: " + bytes.length;
    byte[] start = (request + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[start.length + bytes.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(bytes, 0, all, start.length, bytes.length);
    socket.getOutputStream().write(all);
    return answer();
  }

  private String answer() throws IOException {
    String status = line();
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      }
    }
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    if (status.charAt("HTTP/1.1 ".length()) != '0' + SUCCESS) {
      throw new IllegalStateException("The coordinator answers " + status + ": " + body);
    }
    return body;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("The coordinator has closed the connection.");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
