package baton.storage.drive.fake;

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
  private final Thread accepting = daemon("fake-drive-listener", this::accept);

  HttpListener(int port, HttpConnection.Handler handler) throws IOException {
    this.server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    this.handler = handler;
  }

  void start() {
    accepting.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        daemon("fake-drive", () -> serve(socket)).start();
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

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  int port() {
    return server.getLocalPort();
  }

  /**
   * Once this returns, nobody is answered any more. The kernel goes on listening until the thread
   * that waits in {@code accept} has come out of it, and may hand it one more connection meanwhile.
   */
  @Override
  public void close() throws IOException {
    server.close();
    try {
      accepting.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Socket socket : open) {
      socket.close();
    }
  }
}
