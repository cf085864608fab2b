package baton.proofs.exact;

import baton.cli.command.ProgramParameters;
import baton.cli.process.Site;
import baton.cli.process.SiteFailure;
import baton.cli.process.TemporaryFolder;
import baton.cli.relay.WorkerPrograms;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code exact}: proves that a relay of killed workers equals the unbroken run. */
@Command(
    name = "exact",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains each program unbroken, then as a relay of workers that are killed with SIGKILL at",
      "batches drawn from a seed, and compares the two by sha256: weights, optimizer, all state.",
      "Two controls per program, the optimizer's state and the generators' dropped on resume, must",
      "differ. With 20 cuts each on two cores: some 5 minutes for the programs of the worker, as",
      "long again for the scripts if python3 has PyTorch. The last line is EXACT OK or EXACT FAILED."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every relay equals its unbroken run, and the controls differ",
      "1:not so; the last line says why",
      "2:an option is wrong"
    })
public final class Exact implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--program",
      paramLabel = "P",
      description = {
        "A program of the worker, such as digits, or the path of a Python script; may be given",
        "several times. Default: all of them, and the examples."
      })
  private List<String> programs = List.of();

  @Option(
      names = "--cuts",
      paramLabel = "N",
      defaultValue = "20",
      description = "How often each relay is cut. Default: ${DEFAULT-VALUE}")
  private int cuts;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Draws the cuts. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,2",
      description = "Training threads, one trial for each. Default: ${DEFAULT-VALUE}")
  private List<Integer> threads;

  @Option(names = "--epochs", description = "Of a named program. Default: 3, or what is good.")
  private Integer epochs;

  @Mixin private ProgramParameters parameters = new ProgramParameters();

  @Option(
      names = "--python",
      paramLabel = "COMMAND",
      description = "Runs the scripts. Default: python3 or /usr/bin/python3, whichever has torch")
  private String python;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu, gpu, or best of both. Default: ${DEFAULT-VALUE}")
  private String device;

  @Option(names = "--examples", hidden = true, description = "The folder of the examples.")
  private Path examples;

  @Override
  public Integer call() throws IOException {
    require(cuts >= 2, "--cuts must be at least 2: one within an epoch, one at an epoch's end.");
    require(threads.stream().allMatch(n -> n >= 1), "--threads must be at least 1.");
    PrintWriter out = spec.commandLine().getOut();
    List<ExactCandidate> candidates = candidates(out);
    out.printf(
        "Cutting %d programs %d times each with SIGKILL; --seed %d%n",
        candidates.size(), cuts, seed);
    out.flush();
    List<Row> rows = new ArrayList<>();
    List<String> lastWords = List.of();
    String last;
    try (TemporaryFolder folder = TemporaryFolder.named("baton-exact-")) {
      hold(candidates, folder.path(), out, rows);
      last = new ExactVerdict(rows).line();
    } catch (SiteFailure e) {
      last = "EXACT FAILED " + e.getMessage();
      lastWords = e.lastWords();
    }
    out.println();
    Table.of(rows).forEach(out::println);
    out.println();
    lastWords.forEach(word -> out.println("  " + word));
    out.println(last);
    out.flush();
    return last.startsWith("EXACT OK") ? 0 : 1;
  }

  private void hold(List<ExactCandidate> candidates, Path folder, PrintWriter out, List<Row> rows)
      throws IOException {
    Path store = Files.createDirectory(folder.resolve("store"));
    int workers =
        candidates.size()
            * (ExactTrial.workers(cuts, true)
                + (threads.size() - 1) * ExactTrial.workers(cuts, false));
    try (Site site = new Site(folder, Optional.of(store));
        ExactProgress progress = new ExactProgress(workers, out, System.console() != null)) {
      site.open();
      ExactTrial.Ground ground = new ExactTrial.Ground(site, store, folder, device);
      for (ExactCandidate candidate : candidates) {
        for (int n : threads) {
          boolean isFirst = n == threads.get(0);
          rows.addAll(new ExactTrial(candidate, n, ground, progress).hold(cuts, seed, isFirst));
        }
      }
    }
  }

  private List<ExactCandidate> candidates(PrintWriter out) {
    Python interpreter = new Python(Optional.ofNullable(python));
    if (programs.isEmpty()) {
      List<ExactCandidate> all = new ArrayList<>(Candidates.builtIn());
      List<String> missing = new ArrayList<>();
      if (examples != null) {
        all.addAll(Candidates.examples(examples, interpreter, missing));
      }
      missing.forEach(out::println);
      return all;
    }
    for (String program : programs) {
      require(
          WorkerPrograms.names().contains(program) || Files.isRegularFile(Path.of(program)),
          "There is no program and no script %s.".formatted(program));
    }
    Map<String, Object> typed = parameters.values();
    return programs.stream()
        .map(p -> Candidates.named(p, interpreter, typed, Optional.ofNullable(epochs)))
        .toList();
  }

  private void require(boolean held, String otherwise) {
    if (!held) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }
}
