package baton.worker.train;

import baton.worker.segment.Program;
import java.util.List;

/**
 * The programs of one jar. The implementing class is named in the jar's file {@code
 * META-INF/services/baton.worker.train.ProgramProvider}, and has a public no-argument constructor.
 */
public interface ProgramProvider {
  /**
   * The programs; called before any lease, so it should not load anything.
   *
   * @param torch PyTorch as the worker is configured to use it, for a {@link DjlProgram}
   */
  List<Program> programs(TorchEngine torch);
}
