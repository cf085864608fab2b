package baton.storage.drive.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.RepeatedTest;

/** Where the listener's own thread stands when it is closed is chance, and so this is repeated. */
class HttpListenerTest {
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: fake\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static HttpListener started() throws IOException {
    HttpListener listener = new HttpListener(0, request -> request.answer(200, 0, Map.of()));
    listener.start();
    return listener;
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  /** Whether there is an answer, which is read to its end. */
  private static boolean ask(Socket socket) throws IOException {
    try {
      socket.getOutputStream().write(REQUEST);
      Optional<String> line = readLine(socket);
      boolean isAnswered = line.isPresent();
      while (line.filter(text -> !text.isEmpty()).isPresent()) {
        line = readLine(socket);
      }
      return isAnswered;
    } catch (SocketException e) {
      return false; // the connection is cut
    }
  }

  private static Optional<String> readLine(Socket socket) throws IOException {
    return HttpConnection.readLine(socket.getInputStream());
  }

  @RepeatedTest(50)
  void onceItIsClosedNobodyListens() throws IOException {
    HttpListener listener = started();
    int port = listener.port();
    try (Socket before = connect(port)) {
      assertThat(ask(before)).isTrue();
    }

    listener.close();

    assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
  }

  @RepeatedTest(10)
  void onceItIsClosedAConnectionThatWasKeptIsAnsweredNoMore() throws IOException {
    HttpListener listener = started();
    try (Socket kept = connect(listener.port())) {
      assertThat(ask(kept)).isTrue();

      listener.close();

      assertThat(ask(kept)).isFalse();
    }
  }
}
