package baton.worker.train;

import baton.worker.segment.TroubleException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Loads the engine in a JVM of its own, with the cache folder given, and prints what came of it.
 */
final class EngineProbeMain {
  private EngineProbeMain() {}

  public static void main(String[] args) {
    TorchEngine torch =
        new TorchEngine(new TorchSettings(1, Optional.of(Path.of(args[0])), Map.of()));
    try {
      System.out.println("READY " + torch.bestDevice());
    } catch (TroubleException e) {
      System.out.println(e.trouble().kind() + " " + e.trouble().message());
      System.out.println(e.trouble().remedy());
    }
  }
}
