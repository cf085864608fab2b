package baton.programs;

import baton.programs.lipnet.LipNet;
import baton.worker.segment.Program;
import baton.worker.train.DjlProgram;
import baton.worker.train.ProgramProvider;
import baton.worker.train.TorchEngine;
import java.util.List;

/** The programs that come with Baton. */
public final class BuiltInPrograms implements ProgramProvider {
  @Override
  public List<Program> programs(TorchEngine torch) {
    return List.of(
        new DjlProgram("digits", Digits::new, torch),
        new DjlProgram("forger", Forger::new, torch),
        new DjlProgram("lipnet", LipNet::new, torch));
  }
}
