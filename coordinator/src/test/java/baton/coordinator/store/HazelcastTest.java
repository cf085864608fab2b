package baton.coordinator.store;

import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.Signals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** A cluster's only member; what several do is the matter of {@code ClusterTest}. */
class HazelcastTest {
  private static HazelcastNode node;

  @BeforeAll
  static void start() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = free.getLocalPort();
      free.close();
      node = HazelcastNode.join("one-test", Members.parse("127.0.0.1:" + port));
    }
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Nested
  class SharedHeartbeats extends HeartbeatStoreContract {
    @Override
    HeartbeatStore heartbeats() {
      return node.heartbeats();
    }
  }

  @Nested
  class SharedSignals extends SignalsContract {
    @Override
    Signals signals() {
      return node.signals();
    }
  }
}
