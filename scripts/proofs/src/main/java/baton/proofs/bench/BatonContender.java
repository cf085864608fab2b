package baton.proofs.bench;

import baton.cli.process.CoordinatorServer;
import baton.protocol.client.CoordinatorClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A coordinator in its own process; each client holds a lease and commits under it. */
final class BatonContender implements Contender {
  private final String name;
  private final CoordinatorServer server;
  private final CoordinatorClient admin;
  private final CoordinatorClient worker;
  private final List<PretendHolder> holders = new ArrayList<>();

  BatonContender(String name, CoordinatorServer server) {
    this.name = name;
    this.server = server;
    server.start();
    this.admin = server.client("admin");
    this.worker = server.client("worker");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String unit() {
    return "commits";
  }

  @Override
  public Rate measure(int clients, Duration warmUp, Duration length) throws Exception {
    while (holders.size() < clients) {
      holders.add(PretendHolder.lease(admin, worker, "job-" + holders.size()));
    }
    List<Rate.Client> busy =
        holders.subList(0, clients).stream().<Rate.Client>map(holder -> holder::commit).toList();
    return Rate.of(busy, warmUp, length);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
