package baton.worker.train;

import baton.worker.segment.Program;
import java.util.List;

/**
 * Programs that one jar brings along. Its class is named in the jar's file {@code
 * META-INF/services/baton.worker.train.ProgramProvider}, and has a public constructor without
 * arguments.
 */
public interface ProgramProvider {
  /**
   * The programs; called before any lease, so nothing is loaded here.
   *
   * @param torch PyTorch as the worker was told to use it, for a {@link DjlProgram}
   */
  List<Program> programs(TorchEngine torch);
}
