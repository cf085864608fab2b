package baton.proofs.cluster;

import java.util.List;

/** The hosts that processes run on, and the network between them. */
interface ClusterNetwork extends AutoCloseable {

  /** The address of a host, by its name. */
  String address(String host);

  /** The prefix of the command line of a process that runs on a host. */
  List<String> launcher(String host);

  /** Whether this network can be cut. */
  boolean canCut();

  /**
   * Drops from now on all that {@code from} sends to {@code to}; the other direction stays open.
   */
  void cut(String from, String to);

  /** Undoes every cut. */
  void heal();

  @Override
  void close();
}
