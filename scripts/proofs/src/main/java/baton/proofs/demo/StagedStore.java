package baton.proofs.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The store of the demo, as its workers and its coordinator are told of it. */
interface StagedStore extends AutoCloseable {

  List<String> workerArguments();

  /** Added to a worker's environment. */
  Map<String, String> workerEnvironment();

  /** The directory, if the coordinator can check and tidy the store itself. */
  Optional<Path> ofCoordinator();

  /** What the demo was to show of it, and did not. */
  List<String> failures();

  @Override
  void close();
}
