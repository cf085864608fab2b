package baton.worker.train;

import baton.worker.segment.Program;
import baton.worker.train.lipnet.LipNet;
import java.util.List;

/** The programs a worker brings along. */
public final class Programs {
  private Programs() {}

  /** A program that learns nothing, with about so many parameters: for benchmarks. */
  public static Program wide(int parameters, TorchEngine torch) {
    return new DjlProgram("wide", (p, seeds) -> WideNetwork.of(parameters, seeds), torch);
  }

  /** Those that are part of Baton; add one here, or in the list that a worker is given. */
  public static List<Program> builtIn(TorchEngine torch) {
    return List.of(
        new DjlProgram("digits", Digits::new, torch),
        new DjlProgram("forger", Forger::new, torch),
        new DjlProgram("lipnet", LipNet::new, torch));
  }
}
