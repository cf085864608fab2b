package baton.proofs.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A directory that all processes of the demo see. */
record DirectoryOnStage(Path directory) implements StagedStore {
  static StagedStore in(Path folder, Consumer<String> faults) throws IOException {
    return new DirectoryOnStage(Files.createDirectory(folder.resolve("store")));
  }

  @Override
  public List<String> workerArguments() {
    return List.of("--store-dir", directory.toString());
  }

  @Override
  public Map<String, String> workerEnvironment() {
    return Map.of();
  }

  @Override
  public Optional<Path> ofCoordinator() {
    return Optional.of(directory);
  }

  @Override
  public List<String> failures() {
    return List.of();
  }

  @Override
  public void close() {}
}
