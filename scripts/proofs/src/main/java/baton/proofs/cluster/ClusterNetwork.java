package baton.proofs.cluster;

import java.util.List;

/** Hosts that processes run on, and what passes between them. */
interface ClusterNetwork extends AutoCloseable {

  /** The address of a host, by its name. */
  String address(String host);

  /** What stands before the command line of a process that runs on a host. */
  List<String> launcher(String host);

  /** Whether anything can be cut here. */
  boolean canCut();

  /** From now on nothing that {@code from} sends reaches {@code to}; the way back stays open. */
  void cut(String from, String to);

  /** Undoes every cut. */
  void heal();

  @Override
  void close();
}
