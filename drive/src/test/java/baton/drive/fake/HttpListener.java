package baton.drive.fake;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Takes connections on a loopback port, each on a thread of its own. */
final class HttpListener implements AutoCloseable {
  private static final int BACKLOG = 64;

  private final ServerSocket server;
  private final HttpConnection.Handler handler;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  HttpListener(int port, HttpConnection.Handler handler) throws IOException {
    this.server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    this.handler = handler;
  }

  void start() {
    thread("fake-drive-listener", this::accept);
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        if (server.isClosed()) {
          socket.close(); // it came in while the others were being closed
        }
        thread("fake-drive", () -> serve(socket));
      }
    } catch (IOException e) {
      // Closed: no more connections.
    }
  }

  private void serve(Socket socket) {
    try {
      new HttpConnection(socket, handler).serve();
    } finally {
      open.remove(socket);
    }
  }

  private static void thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
