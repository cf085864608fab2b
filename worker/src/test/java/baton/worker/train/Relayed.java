package baton.worker.train;

import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StateDigest;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What became of a job: its last state, its curve, and why it ended early.
 *
 * @param end where it ended
 */
public record Relayed(
    Sha256 state, List<Measurement> curve, Position end, Optional<String> finalReason) {
  /** How many batches a session trains that are lost, since it dies before it saves again. */
  private static final int LOST = 2;

  /** What happens to a checkpoint between two sessions. */
  public interface Tampering {
    void with(Path saved) throws Exception;
  }

  public static Relayed unbroken(Program program, JobSpec job, Track track) throws Exception {
    return over(List.of(), program, job, track);
  }

  /** By one session after the other, each killed some batches after it saved at its stop. */
  public static Relayed over(List<Position> stops, Program program, JobSpec job, Track track)
      throws Exception {
    return over(stops, program, job, track, saved -> {});
  }

  public static Relayed over(
      List<Position> stops, Program program, JobSpec job, Track track, Tampering tampering)
      throws Exception {
    List<Measurement> curve = new ArrayList<>();
    Run run = Track.fresh(program, job);
    try {
      for (Position stop : stops) {
        if (train(run, stop, curve).isPresent()) {
          break;
        }
        Path saved = track.save(run);
        for (int lost = 0; lost < LOST && job.end().isAfter(run.position()); lost++) {
          run.step();
        }
        run.close();
        tampering.with(saved);
        run = Track.restored(program, job, stop, saved);
      }
      Optional<String> finalReason = train(run, job.end(), curve);
      return new Relayed(StateDigest.of(track.save(run)), curve, run.position(), finalReason);
    } finally {
      run.close();
    }
  }

  private static Optional<String> train(Run run, Position end, List<Measurement> curve)
      throws Exception {
    while (end.isAfter(run.position())) {
      Run.Step step = run.step();
      if (step.position().batch() == 0) {
        curve.add(run.evaluate());
      }
      if (step.finalReason().isPresent()) {
        return step.finalReason();
      }
    }
    return Optional.empty();
  }

  /** Positions drawn from {@code seed}, in order, all before {@code end}. */
  public static List<Position> stops(long seed, int count, int batchesPerEpoch, Position end) {
    SplitMix64 random = new SplitMix64(seed);
    return IntStream.generate(() -> 1 + random.nextInt(end.epoch() * batchesPerEpoch - 1))
        .distinct()
        .limit(count)
        .sorted()
        .mapToObj(batch -> new Position(batch / batchesPerEpoch, batch % batchesPerEpoch))
        .toList();
  }
}
