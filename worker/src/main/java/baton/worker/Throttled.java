package baton.worker;

import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program each of whose batches takes a minimum time, so that a test can watch a worker batch by
 * batch and kill it at a chosen one.
 */
record Throttled(Program program, Duration leastPerBatch) implements Program {
  @Override
  public String name() {
    return program.name();
  }

  @Override
  public boolean comesBackWhenInterrupted() {
    return program.comesBackWhenInterrupted();
  }

  @Override
  public Run start(Start start) throws TroubleException {
    return new PacedRun(program.start(start), leastPerBatch);
  }

  private record PacedRun(Run run, Duration leastPerBatch) implements Run {
    @Override
    public Step step() throws TroubleException {
      long begun = System.nanoTime();
      Step step = run.step();
      long left = leastPerBatch.toNanos() - (System.nanoTime() - begun);
      try {
        TimeUnit.NANOSECONDS.sleep(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return step;
    }

    @Override
    public Position position() {
      return run.position();
    }

    @Override
    public int batchesPerEpoch() {
      return run.batchesPerEpoch();
    }

    @Override
    public Measurement evaluate() throws TroubleException {
      return run.evaluate();
    }

    @Override
    public Snapshot snapshot() throws TroubleException {
      return run.snapshot();
    }

    @Override
    public int snapshotsAtATime() {
      return run.snapshotsAtATime();
    }

    @Override
    public Sha256 architectureHash() {
      return run.architectureHash();
    }

    @Override
    public Map<String, String> numericProfile() {
      return run.numericProfile();
    }

    @Override
    public void close() {
      run.close();
    }
  }
}
