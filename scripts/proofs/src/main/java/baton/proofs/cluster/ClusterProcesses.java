package baton.proofs.cluster;

import baton.proofs.process.CoordinatorLog;
import baton.proofs.process.FreePort;
import baton.proofs.process.PostgresBinaries;
import baton.proofs.process.PostgresServer;
import baton.protocol.client.CoordinatorClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Three coordinators and their database, each on its own host if there are several; or one
 * coordinator that keeps its jobs in its data directory.
 */
final class ClusterProcesses implements AutoCloseable {
  static final List<String> MEMBERS = List.of("member-1", "member-2", "member-3");
  private static final String PASSWORD = "a-password-of-the-trial";

  private final ClusterNetwork network;
  private final Path folder;
  private final Optional<PostgresServer> database;
  private final CoordinatorLog log;
  private final List<Member> members = new ArrayList<>();

  private ClusterProcesses(Path folder, ClusterNetwork network, Optional<PostgresServer> database)
      throws IOException {
    this.network = network;
    this.folder = folder;
    this.database = database;
    this.log = new CoordinatorLog(folder.resolve("members.log"));
  }

  static ClusterProcesses ofThree(Path folder, ClusterNetwork network, PostgresBinaries postgres)
      throws IOException {
    PostgresServer database =
        new PostgresServer(
            postgres,
            folder.resolve("database"),
            network.launcher(Cut.DATABASE),
            network.address(Cut.DATABASE),
            FreePort.find());
    ClusterProcesses cluster = new ClusterProcesses(folder, network, Optional.of(database));
    List<String> joins = new ArrayList<>();
    for (String name : MEMBERS) {
      joins.add(network.address(name) + ":" + FreePort.find());
    }
    for (int i = 0; i < MEMBERS.size(); i++) {
      cluster.add(
          MEMBERS.get(i),
          List.of(
              "--database",
              database.url(),
              "--cluster",
              String.join(",", joins),
              "--member",
              joins.get(i)));
    }
    return cluster;
  }

  /** One coordinator, on this machine. */
  static ClusterProcesses ofOne(Path folder) throws IOException {
    ClusterProcesses cluster = new ClusterProcesses(folder, new Loopback(), Optional.empty());
    cluster.add("coordinator", List.of());
    return cluster;
  }

  /** Members get one another's addresses before they start, so no port can be 0. */
  private void add(String name, List<String> more) throws IOException {
    int port = FreePort.find();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--data",
                Files.createDirectory(folder.resolve(name)).toString(),
                "--host",
                network.address(name),
                "--port",
                Integer.toString(port),
                "--tokens-file",
                tokens().toString()));
    arguments.addAll(more);
    members.add(
        new Member(
            name,
            network.launcher(name),
            URI.create("http://%s:%d".formatted(network.address(name), port)),
            arguments,
            Map.of("BATON_DATABASE_PASSWORD", PASSWORD),
            log));
  }

  /** Starts all processes; returns once they are ready. */
  void start() throws IOException, InterruptedException {
    if (database.isPresent()) {
      database.get().create(PASSWORD);
    }
    members.forEach(Member::launch);
    for (Member member : members) {
      member.awaitReady();
    }
  }

  List<Member> members() {
    return members;
  }

  /** The database; empty if the only member keeps its jobs itself. */
  Optional<PostgresServer> database() {
    return database;
  }

  ClusterNetwork network() {
    return network;
  }

  /** A client that knows all members. */
  CoordinatorClient client(String role) {
    return new CoordinatorClient(
        members.stream().map(Member::uri).collect(Collectors.toList()), token(role));
  }

  /** A client of only one member. */
  CoordinatorClient client(String role, Member member) {
    return new CoordinatorClient(member.uri(), token(role));
  }

  String token(String role) {
    Properties tokens = new Properties();
    try (var reader = Files.newBufferedReader(tokens())) {
      tokens.load(reader);
    } catch (IOException e) {
      throw new IllegalStateException("The tokens cannot be read: " + e.getMessage(), e);
    }
    return tokens.getProperty(role);
  }

  private Path tokens() {
    return folder.resolve("tokens");
  }

  @Override
  public void close() throws IOException {
    members.forEach(Member::close);
    if (database.isPresent()) {
      database.get().close();
    }
    network.close();
    log.close();
  }
}
