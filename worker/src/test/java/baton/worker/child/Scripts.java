package baton.worker.child;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.worker.checkpoint.StateSpool;
import baton.worker.segment.Program.Start;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Small scripts of plain Python under a worker's hands: four batches an epoch, three epochs. */
final class Scripts {
  static final int EPOCHS = 3;
  static final int BATCHES = 4;

  /** A model of three numbers, whose every batch draws from Python's generator. */
  static final String HONEST =
      """
      import random
      import baton

      job = baton.job(rate=0.1)
      weights = {"w": [random.random() for _ in range(3)]}
      run = baton.resume(state=weights)
      for x in run.batches([1.0, 2.0, 3.0, 4.0]):
          weights["w"] = [w - job.rate * (w - x * random.random()) for w in weights["w"]]
          run.step(loss=sum(weights["w"]))
          if run.epoch_ended:
              run.evaluated(accuracy=0.5)
      """;

  final List<String> printed = Collections.synchronizedList(new ArrayList<>());
  final List<String> frames = Collections.synchronizedList(new ArrayList<>());
  final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final Path folder;
  private int runs;

  Scripts(Path folder) {
    this.folder = folder;
  }

  ChildProgram program(String text) {
    try {
      Path script = Files.writeString(folder.resolve("train.py"), text);
      return command(NeedsPython.PYTHON, script.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ChildProgram command(String... words) {
    return new ChildProgram("toy", List.of(words), folder.resolve("scratch"), new Listener());
  }

  private final class Listener implements ChildListener {
    @Override
    public void printed(String line) {
      printed.add(line);
    }

    @Override
    public void redrawn(String frame) {
      frames.add(frame);
    }

    @Override
    public void told(String sentence) {
      told.add(sentence);
    }
  }

  ChildRun begin(String text) throws TroubleException {
    return (ChildRun) program(text).start(fresh());
  }

  ChildRun goOn(String text, Position position, Path files) throws TroubleException {
    return (ChildRun)
        program(text).start(Start.plain(spec(Map.of()), position, Optional.of(files), "cpu"));
  }

  static Start fresh() {
    return Start.plain(spec(Map.of()), Position.START, Optional.empty(), "cpu");
  }

  static JobSpec spec(Map<String, Object> parameters) {
    return JobSpec.of("a-job", "toy", EPOCHS).withParameters(parameters).withSeed(42);
  }

  static void train(Run run, int batches) throws TroubleException {
    for (int i = 0; i < batches; i++) {
      run.step();
    }
  }

  /** Saves into a new folder, and waits until the files are there. */
  Path save(Run run) throws TroubleException, IOException {
    Snapshot snapshot = run.snapshot();
    Path target = Files.createDirectory(folder.resolve("saved-" + ++runs));
    StateSpool.write(snapshot, target);
    return target;
  }
}
