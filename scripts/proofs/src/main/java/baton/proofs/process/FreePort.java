package baton.proofs.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Finds an unused port on loopback, for programs that cannot pick one themselves. */
public final class FreePort {
  private FreePort() {}

  public static int find() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
