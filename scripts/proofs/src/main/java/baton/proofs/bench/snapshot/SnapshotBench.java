package baton.proofs.bench.snapshot;

import baton.proofs.bench.BenchGoal;
import baton.proofs.bench.Others;
import baton.proofs.bench.Spread;
import baton.worker.segment.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code bench snapshot}: measures what a save costs a training, against the promised
 * limits.
 */
@Command(
    name = "snapshot",
    mixinStandardHelpOptions = true,
    description = {
      "Measure what a save costs a training: how long it stands still, how much processor time it",
      "takes, and how much slower training is while the save is written. Ends with BENCH snapshot",
      "goals=<n> met=<n>."
    })
public final class SnapshotBench implements Callable<Integer> {
  private static final double BYTES_TO_MB = 1e-6;
  private static final int WARM_UP_STEPS = 5;

  /** A save takes two digests and copies the bytes three times, once to a disk. */
  private static final double MOST_DIGESTS = 4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--parameters",
      defaultValue = "25000000",
      description =
          "Of the network; with Adam each is 12 bytes of state. Default: ${DEFAULT-VALUE}")
  private int parameters;

  @Option(
      names = "--threads",
      split = ",",
      defaultValue = "1,2",
      description = "Threads of the training whose slowdown is measured. Default: ${DEFAULT-VALUE}")
  private List<Integer> threads;

  @Option(
      names = "--rounds",
      defaultValue = "15",
      description = "How often each stall is measured. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--pairs",
      defaultValue = "8",
      description = "Blocks with a save, and as many without. Default: ${DEFAULT-VALUE}")
  private int pairs;

  @Option(
      names = "--block",
      paramLabel = "S",
      defaultValue = "6",
      description = "Seconds of a block; a save must end within. Default: ${DEFAULT-VALUE}")
  private int block;

  @Option(
      names = "--every",
      paramLabel = "S",
      defaultValue = "30",
      description =
          "The slowdown is that of a save every so many seconds. Default: ${DEFAULT-VALUE}")
  private int every;

  @Option(
      names = "--dir",
      description = "Where checkpoints are stored. Default: the system's temporary folder")
  private Optional<Path> dir = Optional.empty();

  @Option(names = "--device", defaultValue = "best", description = "cpu, gpu or best of both.")
  private String device;

  private final List<BenchGoal> goals = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path folder =
        dir.isPresent()
            ? Files.createTempDirectory(dir.get(), "bench")
            : Files.createTempDirectory("bench");
    try {
      Rig rig = new Rig(parameters, device);
      if (rounds > 0) {
        stalls(rig, folder, out);
      }
      for (int count : threads) {
        slowdown(rig, count, folder, out);
      }
    } finally {
      deleteAll(folder);
    }
    goals.forEach(goal -> out.println(goal.line()));
    long met = goals.stream().filter(BenchGoal::isMet).count();
    out.printf("BENCH snapshot goals=%d met=%d%n", goals.size(), met);
    return 0;
  }

  private void stalls(Rig rig, Path folder, PrintWriter out) throws Exception {
    Stalls stalls;
    Others others = new Others();
    SaveProcessorTime time;
    try (Run run = rig.start(1, WARM_UP_STEPS)) {
      stalls = Stalls.measure(run, folder, rounds);
      time = SaveProcessorTime.measure(run, folder, stalls.bytes(), rounds);
    }
    out.printf(
        Locale.ROOT,
        "A save of %.0f MB, %d times each, in ms:%n%-46s %8s %8s %8s%n",
        stalls.bytes() * BYTES_TO_MB,
        rounds,
        "training stands still for",
        "median",
        "least",
        "most");
    row(out, "Baton's copy into reserved memory", stalls.snapshot());
    row(out, "a plain copy of as many bytes", stalls.plainCopy());
    row(out, "a synchronous save: write, fsync, sha256", stalls.synchronous());
    out.printf(
        Locale.ROOT,
        "%n%-46s %8s %8s %8s%n",
        "processor time, all threads, in ms per GB",
        "mean",
        "least",
        "most");
    times(out, "a save, whole", time.save());
    times(out, "a save of files that a program wrote", time.childSave());
    times(out, "a restore", time.restore());
    times(out, "one sha256 in memory", time.sha256());
    out.println(Others.line(others.share()));
    out.println();
    double stall = stalls.snapshot().median();
    goals.add(
        BenchGoal.atMost(
            1.25, "", "stall per save, in plain copies", stall / stalls.plainCopy().median()));
    goals.add(
        BenchGoal.atLeast(
            10,
            " times",
            "stall less than a synchronous save's",
            stalls.synchronous().median() / stall));
    goals.add(
        BenchGoal.atMost(
            MOST_DIGESTS,
            "",
            "processor time of a whole save, in sha256 over as many bytes",
            time.saveInDigests()));
  }

  private void slowdown(Rig rig, int count, Path folder, PrintWriter out) throws Exception {
    Duration often = Duration.ofSeconds(every);
    Slowdown slowdown;
    Others others = new Others();
    try (Run run = rig.start(count, WARM_UP_STEPS);
        Saver saver = new Saver(folder.resolve("threads-" + count), run)) {
      slowdown = Slowdown.measure(run, saver, Duration.ofSeconds(block), pairs);
    }
    deleteAll(folder.resolve("threads-" + count));
    out.printf(
        Locale.ROOT,
        "%d thread(s) of %d processors, %d pairs of blocks of %d steps, in ms:%n",
        count,
        Runtime.getRuntime().availableProcessors(),
        pairs,
        slowdown.steps());
    row(out, "a block without a save", slowdown.block());
    row(out, "a save, until it is stored", slowdown.save());
    row(out, "a block with a save is longer by", slowdown.cost());
    if (slowdown.late() > 0) {
      out.printf(
          "%d saves outlasted their block; measure longer ones (--block)%n", slowdown.late());
    }
    out.printf(
        Locale.ROOT,
        "slowdown with a save every %d s: %.2f %% +- %.2f (95 %%)%n%s%n%n",
        every,
        slowdown.percent(often),
        slowdown.percentSure(often),
        Others.line(others.share()));
    goals.add(
        BenchGoal.atMost(
            count == 1 ? 1 : 2,
            " %",
            "slowdown with a save every %d s, %d thread(s)".formatted(every, count),
            slowdown.percent(often)));
  }

  /** The clock of processor time is too coarse for single rounds, so their mean is printed. */
  private static void times(PrintWriter out, String what, Spread seconds) {
    out.printf(
        Locale.ROOT,
        "%-46s %8.0f %8.0f %8.0f%n",
        what,
        1e3 * seconds.mean(),
        1e3 * seconds.least(),
        1e3 * seconds.most());
    out.flush();
  }

  private static void row(PrintWriter out, String what, Spread spread) {
    out.printf(
        Locale.ROOT,
        "%-46s %8.1f %8.1f %8.1f%n",
        what,
        spread.median(),
        spread.least(),
        spread.most());
    out.flush();
  }

  private static void deleteAll(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
