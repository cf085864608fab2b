package baton.cli.relay;

import baton.worker.segment.Program;
import baton.worker.train.Programs;
import baton.worker.train.TorchEngine;
import baton.worker.train.TorchSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The programs that every worker brings along, by name; the engine is not loaded for that. */
public final class WorkerPrograms {
  private WorkerPrograms() {}

  public static List<String> names() {
    TorchSettings settings = new TorchSettings(1, Optional.empty(), Map.of());
    return Programs.builtIn(new TorchEngine(settings)).stream().map(Program::name).toList();
  }
}
