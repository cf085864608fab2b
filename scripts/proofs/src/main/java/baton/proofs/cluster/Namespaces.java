package baton.proofs.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Hosts as network namespaces of Linux, joined by a bridge.
 *
 * <p>A cut is a wrong entry in the sender's neighbour table: its packets go to a machine that does
 * not exist, without an error, as when a switch fails. It works for one direction, needs no
 * firewall, and leaves connections established.
 *
 * <p>This process must be in its own network and mount namespace, as {@code scripts/cluster.sh}
 * starts it: then the rest of the machine does not see the bridge, and everything is gone when the
 * processes are.
 */
final class Namespaces implements ClusterNetwork {
  private static final String NET = "10.77.0.";
  private static final String BRIDGE = "baton0";
  private static final String NOBODY = "02:00:00:00:00:ff";

  private final Map<String, String> addresses = new LinkedHashMap<>();
  private final Set<Cut> cuts = new LinkedHashSet<>();

  private record Cut(String from, String to) {}

  /**
   * @param here the name of this process's own host, on the bridge itself
   * @param hosts the names of the others
   */
  Namespaces(String here, List<String> hosts) {
    ip("link", "set", "lo", "up");
    ip("link", "add", BRIDGE, "type", "bridge");
    addresses.put(here, NET + 1);
    ip("addr", "add", NET + 1 + "/24", "dev", BRIDGE);
    ip("link", "set", BRIDGE, "up");
    for (String host : hosts) {
      add(host, NET + (addresses.size() + 1));
    }
  }

  private void add(String host, String address) {
    String port = "to-" + host;
    ip("netns", "add", host);
    ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host);
    ip("link", "set", port, "master", BRIDGE, "up");
    ip("-n", host, "link", "set", "lo", "up");
    ip("-n", host, "addr", "add", address + "/24", "dev", "eth0");
    ip("-n", host, "link", "set", "eth0", "up");
    addresses.put(host, address);
  }

  @Override
  public String address(String host) {
    return addresses.get(host);
  }

  @Override
  public List<String> launcher(String host) {
    return List.of("ip", "netns", "exec", host);
  }

  @Override
  public boolean canCut() {
    return true;
  }

  @Override
  public synchronized void cut(String from, String to) {
    if (cuts.add(new Cut(from, to))) {
      neighbour(from, "replace", address(to), "lladdr", NOBODY, "nud", "permanent", "dev");
    }
  }

  @Override
  public synchronized void heal() {
    for (Cut cut : cuts) {
      neighbour(cut.from(), "del", address(cut.to()), "dev");
    }
    cuts.clear();
  }

  private void neighbour(String host, String... entry) {
    boolean here = address(host).equals(NET + 1);
    List<String> arguments = new ArrayList<>(here ? List.of() : List.of("-n", host));
    arguments.add("neigh");
    arguments.addAll(List.of(entry));
    arguments.add(here ? BRIDGE : "eth0");
    ip(arguments.toArray(String[]::new));
  }

  @Override
  public void close() {
    heal();
  }

  private static void ip(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes()).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
      }
    } catch (IOException e) {
      throw new IllegalStateException("The command ip cannot be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
