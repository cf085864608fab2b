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
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Three coordinators and their database, each on a host of its own where there is more than one.
 */
final class ClusterProcesses implements AutoCloseable {
  static final List<String> MEMBERS = List.of("member-1", "member-2", "member-3");
  private static final String PASSWORD = "a-password-of-the-trial";

  private final ClusterNetwork network;
  private final Path folder;
  private final PostgresServer database;
  private final CoordinatorLog log;
  private final List<Member> members = new ArrayList<>();

  ClusterProcesses(Path folder, ClusterNetwork network, PostgresBinaries postgres)
      throws IOException {
    this.network = network;
    this.folder = folder;
    this.log = new CoordinatorLog(folder.resolve("members.log"));
    this.database =
        new PostgresServer(
            postgres,
            folder.resolve("database"),
            network.launcher(Cut.DATABASE),
            network.address(Cut.DATABASE),
            FreePort.find());
    List<Integer> joins = freePorts();
    List<Integer> ports = freePorts();
    for (int i = 0; i < MEMBERS.size(); i++) {
      members.add(member(i, ports.get(i), joins));
    }
  }

  private Member member(int index, int port, List<Integer> joins) throws IOException {
    String name = MEMBERS.get(index);
    Path home = Files.createDirectory(folder.resolve(name));
    List<String> cluster = new ArrayList<>();
    for (int i = 0; i < MEMBERS.size(); i++) {
      cluster.add(network.address(MEMBERS.get(i)) + ":" + joins.get(i));
    }
    List<String> arguments =
        List.of(
            "--data",
            home.toString(),
            "--host",
            network.address(name),
            "--port",
            Integer.toString(port),
            "--database",
            database.url(),
            "--cluster",
            String.join(",", cluster),
            "--member",
            cluster.get(index),
            "--tokens-file",
            tokens().toString());
    return new Member(
        name,
        network.launcher(name),
        URI.create("http://%s:%d".formatted(network.address(name), port)),
        arguments,
        Map.of("BATON_DATABASE_PASSWORD", PASSWORD),
        log);
  }

  /** Starts all; returns once all are ready. */
  void start() throws IOException, InterruptedException {
    database.create(PASSWORD);
    members.forEach(Member::launch);
    for (Member member : members) {
      member.awaitReady();
    }
  }

  List<Member> members() {
    return members;
  }

  PostgresServer database() {
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

  /** A client of one member alone. */
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
    database.close();
    network.close();
    log.close();
  }

  /** Members are named to one another before they start, so theirs cannot be port 0. */
  private static List<Integer> freePorts() throws IOException {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < MEMBERS.size(); i++) {
      ports.add(FreePort.find());
    }
    return ports;
  }
}
