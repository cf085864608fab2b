package baton.cli.relay;

import baton.worker.segment.Program;
import baton.worker.train.Programs;
import baton.worker.train.TorchEngine;
import baton.worker.train.TorchSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names of the programs that a worker on this machine finds; the engine is not loaded for that.
 */
public final class WorkerPrograms {
  private WorkerPrograms() {}

  public static List<String> names() {
    return names(List.of());
  }

  /**
   * Those of a worker that is given {@code jars}, too.
   *
   * @throws IllegalArgumentException if one of them does not fit
   */
  public static List<String> names(List<Path> jars) {
    TorchSettings settings = new TorchSettings(1, Optional.empty(), Map.of());
    return Programs.found(new TorchEngine(settings), jars).stream().map(Program::name).toList();
  }
}
