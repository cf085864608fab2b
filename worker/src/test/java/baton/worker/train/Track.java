package baton.worker.train;

import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StateDigest;
import baton.worker.checkpoint.StateSpool;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where tests run: starts programs, takes them from position to position, and saves them. */
public final class Track {
  private static final TorchEngine TORCH =
      new TorchEngine(new TorchSettings(1, Optional.empty(), Map.of()));

  private final Path folder;
  private int saves;

  public Track(Path folder) {
    this.folder = folder;
  }

  public static TorchEngine torch() {
    return TORCH;
  }

  public static DjlProgram program(MultiNetworkRecipe.Factory courses) {
    return new DjlProgram("tiny", courses, TORCH);
  }

  public static JobSpec job(long seed, int epochs, Map<String, Object> parameters) {
    return JobSpec.of("test", "tiny", epochs).withParameters(parameters).withSeed(seed);
  }

  public static Run fresh(Program program, JobSpec job) throws TroubleException {
    return program.start(Program.Start.plain(job, Position.START, Optional.empty(), "cpu"));
  }

  public static Run restored(Program program, JobSpec job, Position position, Path files)
      throws TroubleException {
    return program.start(Program.Start.plain(job, position, Optional.of(files), "cpu"));
  }

  /** Trains to {@code end}, evaluating at the end of every epoch. */
  public static List<Measurement> train(Run run, Position end) throws TroubleException {
    List<Measurement> measurements = new ArrayList<>();
    while (end.isAfter(run.position())) {
      if (run.step().position().batch() == 0) {
        measurements.add(run.evaluate());
      }
    }
    return measurements;
  }

  /** Trains to {@code end} and never evaluates. */
  public static void trainOnly(Run run, Position end) throws TroubleException {
    while (end.isAfter(run.position())) {
      run.step();
    }
  }

  public Path save(Run run) throws TroubleException, IOException {
    return save(run.snapshot());
  }

  public Path save(Snapshot snapshot) throws IOException {
    Path target = Files.createDirectory(folder.resolve("save-" + saves++));
    StateSpool.write(snapshot, target);
    return target;
  }

  public Sha256 digest(Run run) throws TroubleException, IOException {
    return StateDigest.of(save(run));
  }
}
