package baton.proofs.bench.snapshot;

import baton.programs.WideNetwork;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import baton.worker.train.TorchEngine;
import baton.worker.train.TorchSettings;
import java.util.Map;
import java.util.Optional;

/** The measured run: a wide network with Adam, on a given number of threads. */
record Rig(int parameters, String device) {
  static final JobSpec JOB = JobSpec.of("bench", "wide", 1_000_000).withSeed(1);

  /** A new run after its first steps; all of it belongs to the calling thread. */
  Run start(int threads, int warmUpSteps) throws TroubleException {
    TorchEngine torch = new TorchEngine(new TorchSettings(threads, Optional.empty(), Map.of()));
    Run run =
        WideNetwork.program(parameters, torch)
            .start(Program.Start.plain(JOB, Position.START, Optional.empty(), device));
    for (int step = 0; step < warmUpSteps; step++) {
      run.step();
    }
    return run;
  }
}
