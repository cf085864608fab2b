package baton.coordinator.http;

import baton.coordinator.Coordinator;
import baton.coordinator.store.DatabaseAddress;
import baton.coordinator.store.Members;
import baton.protocol.client.CoordinatorClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Coordinators that share a PostgreSQL database, each on ports and a data directory of its own. */
public final class Cluster implements AutoCloseable {
  private final Path folder;
  private final DatabaseAddress database;
  private final Members members;
  private final List<Coordinator> running = new ArrayList<>();
  private List<Token> tokens = List.of();

  public Cluster(Path folder, DatabaseAddress database, int size) {
    this.folder = folder;
    this.database = database;
    this.members =
        new Members(
            IntStream.range(0, size)
                .mapToObj(i -> new Members.Address("127.0.0.1", freePort()))
                .toList());
  }

  /** Starts all; the first draws the tokens. */
  public Cluster start() {
    for (int i = 0; i < members.all().size(); i++) {
      running.add(null);
      start(i);
    }
    return this;
  }

  public Coordinator start(int member) {
    Coordinator started = Coordinator.start(settings(member));
    running.set(member, started);
    tokens = started.newTokens().isEmpty() ? tokens : started.newTokens();
    return started;
  }

  public Coordinator.Settings settings(int member) {
    return Coordinator.Settings.alone(
            folder.resolve("member-" + member), Optional.empty(), "127.0.0.1", 0)
        .withDatabase(database, Optional.empty())
        .withCluster(members.asSeenBy(members.all().get(member)));
  }

  public void stop(int member) {
    running.get(member).close();
  }

  public URI address(int member) {
    return running.get(member).address();
  }

  public String token(Role role) {
    return tokens.stream().filter(token -> token.role() == role).findFirst().orElseThrow().text();
  }

  /** Of one member alone. */
  public CoordinatorClient client(Role role, int member) {
    return new CoordinatorClient(address(member), token(role));
  }

  /** Of all members, that of {@code first} first. */
  public CoordinatorClient clientOfAll(Role role, int first) {
    List<URI> all = new ArrayList<>(List.of(address(first)));
    running.stream().map(Coordinator::address).filter(uri -> !all.contains(uri)).forEach(all::add);
    return new CoordinatorClient(all, token(role));
  }

  @Override
  public void close() {
    running.forEach(Coordinator::close);
  }

  /** Members are named to one another before they start, so theirs cannot be port 0. */
  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
