package baton.proofs.bench;

import baton.programs.BuiltInPrograms;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import baton.worker.train.TorchEngine;
import baton.worker.train.TorchSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code prefetch}: measures the benefit of threads that load examples ahead. */
@Command(
    name = "prefetch",
    mixinStandardHelpOptions = true,
    description = "Measure the time of a batch with and without threads that load examples ahead.")
public final class PrefetchBench implements Callable<Integer> {
  private static final int WARM_UP = 10;
  private static final Map<String, Map<String, Object>> PROGRAMS =
      new TreeMap<>(Map.of("digits", Map.of("augment", 1), "lipnet", Map.of("heldOutClips", 1)));

  @Spec private CommandSpec spec;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "Threads of one operation of the training; default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--batches",
      defaultValue = "30",
      description = "How many are measured in each round; default: ${DEFAULT-VALUE}.")
  private int batches;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "How often all is measured, in turns; default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    TorchEngine torch = new TorchEngine(new TorchSettings(threads, Optional.empty(), Map.of()));
    out.printf("%-8s %8s %12s%n", "PROGRAM", "PREFETCH", "MS A BATCH");
    for (Program program : new BuiltInPrograms().programs(torch)) {
      if (PROGRAMS.containsKey(program.name())) {
        measure(program, out);
      }
    }
    return 0;
  }

  private void measure(Program program, PrintWriter out) throws TroubleException {
    Map<Integer, List<Double>> measured = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      for (int prefetch : new int[] {0, 1, 2}) {
        measured
            .computeIfAbsent(prefetch, n -> new ArrayList<>())
            .add(millisOfABatch(program, prefetch));
      }
    }
    measured.forEach(
        (prefetch, millis) ->
            out.printf(
                Locale.ROOT,
                "%-8s %8d %12.2f  of %s%n",
                program.name(),
                prefetch,
                millis.stream().sorted().skip(rounds / 2).findFirst().orElseThrow(),
                millis.stream().map(ms -> String.format(Locale.ROOT, "%.2f", ms)).toList()));
    out.flush();
  }

  private double millisOfABatch(Program program, int prefetch) throws TroubleException {
    Map<String, Object> parameters = new TreeMap<>(PROGRAMS.get(program.name()));
    parameters.put("prefetch", prefetch);
    JobSpec job = JobSpec.of("bench", program.name(), 99).withParameters(parameters).withSeed(1);
    try (Run run =
        program.start(Program.Start.plain(job, Position.START, Optional.empty(), "cpu"))) {
      steps(run, WARM_UP);
      long begin = System.nanoTime();
      steps(run, batches);
      return (System.nanoTime() - begin) / 1e6 / batches;
    }
  }

  private static void steps(Run run, int count) throws TroubleException {
    for (int done = 0; done < count; done++) {
      run.step();
    }
  }
}
