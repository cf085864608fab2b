package baton.proofs.cluster;

import java.util.List;

/** All hosts are this machine: processes can be killed here, but nothing can be cut. */
final class Loopback implements ClusterNetwork {
  @Override
  public String address(String host) {
    return "127.0.0.1";
  }

  @Override
  public List<String> launcher(String host) {
    return List.of();
  }

  @Override
  public boolean canCut() {
    return false;
  }

  @Override
  public void cut(String from, String to) {
    throw new UnsupportedOperationException("nothing can be cut on one machine's loopback");
  }

  @Override
  public void heal() {}

  @Override
  public void close() {}
}
