package baton.storage.drive.fake;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One connection of HTTP/1.1: request after request, until it is closed. The JDK's own server
 * cannot drop a connection in the middle of an answer, and that is what this one is for.
 */
final class HttpConnection {
  private static final int BUFFER = 1 << 16;

  /** Answers one request, or throws {@link ConnectionCut}. */
  interface Handler {
    void handle(HttpRequest request) throws IOException;
  }

  private final Socket socket;
  private final Handler handler;

  HttpConnection(Socket socket, Handler handler) {
    this.socket = socket;
    this.handler = handler;
  }

  void serve() {
    try (socket;
        InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), BUFFER)) {
      Optional<HttpRequest> request = HttpRequest.read(in, out);
      while (request.isPresent()) {
        handler.handle(request.get());
        request.get().body().transferTo(OutputStream.nullOutputStream());
        out.flush();
        request = HttpRequest.read(in, out);
      }
    } catch (ConnectionCut | IOException e) {
      // Closing is all that is left to do.
    }
  }

  /** A line without its end; empty at the end of the stream. */
  static Optional<String> readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        return Optional.of(line.toString());
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return Optional.empty();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
