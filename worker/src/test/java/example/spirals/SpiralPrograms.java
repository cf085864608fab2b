package example.spirals;

import baton.worker.segment.Program;
import baton.worker.train.DjlProgram;
import baton.worker.train.ProgramProvider;
import baton.worker.train.TorchEngine;
import java.util.List;

/** The programs of this jar. */
public final class SpiralPrograms implements ProgramProvider {
  @Override
  public List<Program> programs(TorchEngine torch) {
    return List.of(new DjlProgram("spirals", Spirals::new, torch));
  }
}
