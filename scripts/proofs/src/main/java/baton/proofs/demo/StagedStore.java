package baton.proofs.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The store of the demo, as it is configured for the workers and the coordinator. */
interface StagedStore extends AutoCloseable {

  List<String> workerArguments();

  /** Added to a worker's environment. */
  Map<String, String> workerEnvironment();

  /** The directory, if the coordinator can check and clean up the store itself. */
  Optional<Path> ofCoordinator();

  /** What the demo should have shown of the store, and did not. */
  List<String> failures();

  @Override
  void close();
}
