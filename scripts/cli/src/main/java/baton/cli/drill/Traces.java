package baton.cli.drill;

import baton.cli.relay.RelayRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A run's trace files, one per worker; without them, what its workers reported. */
final class Traces {
  private final Path folder;
  private final List<Path> files = new ArrayList<>();
  private final List<Integer> begins = new ArrayList<>();
  private final AtomicInteger reports = new AtomicInteger();

  Traces(Path folder) throws IOException {
    this.folder = Files.createDirectory(folder);
  }

  /** The file of the next worker. */
  Path next() {
    Path file = folder.resolve(Integer.toString(files.size()));
    files.add(file);
    begins.add(reports.get());
    return file;
  }

  /** Counts a batch that a worker reported; returns the number so far. */
  int report() {
    return reports.incrementAndGet();
  }

  /** What each worker trained. */
  List<Leg> legs(RelayRun.Result result) throws IOException {
    List<Leg> legs = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      int end = i + 1 < begins.size() ? begins.get(i + 1) : result.reached().size();
      Optional<Leg> traced = TraceFile.read(files.get(i));
      legs.add(traced.isPresent() ? traced.get() : ofReports(result, begins.get(i), end));
    }
    return legs;
  }

  private static Leg ofReports(RelayRun.Result result, int from, int to) {
    List<Leg.Step> steps = new ArrayList<>();
    for (int i = from; i < to; i++) {
      steps.add(
          new Leg.Step(
              result.reached().get(i),
              Optional.empty(),
              Optional.of(result.losses().get(i).toString()),
              Leg.Before.UNKNOWN));
    }
    return Leg.of(steps);
  }
}
