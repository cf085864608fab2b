package baton.proofs.cluster;

import baton.proofs.history.Checker;
import baton.proofs.history.Finding;
import baton.proofs.history.HistoryFile;
import baton.proofs.history.Judgement;
import baton.proofs.process.PostgresBinaries;
import baton.proofs.terminal.KillBar;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The cluster test's command line. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = {
      "Three coordinators on a real PostgreSQL under load, killed, frozen, restarted and cut off at random;",
      "each client records what it saw, and an outsider judges it.",
      "The last line is CLUSTER OK or CLUSTER FAILED. Thirty kills take about ten minutes."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:nothing was lost, no job had two holders",
      "1:something was wrong; the last line says what",
      "2:an option is wrong, or PostgreSQL is not installed"
    })
public final class Cluster implements Callable<Integer> {
  private static final int FINDINGS_TOLD = 10;

  @Spec private CommandSpec spec;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "30",
      description = "How many kills, of members and of the database; default: ${DEFAULT-VALUE}.")
  private int kills;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "200",
      description = "How many simulated workers; default: ${DEFAULT-VALUE}.")
  private int workers;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many jobs at first; default: ${DEFAULT-VALUE}.")
  private int jobs;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "What the harms and the load are drawn from; default: a new one.")
  private Long seed;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description = "Where to keep what the clients saw; default: a file in the temp directory.")
  private Path history;

  @Option(
      names = "--namespaces",
      hidden = true,
      description = "This process has a network of its own, to make hosts in.")
  private boolean namespaces;

  @Option(
      names = "--check",
      paramLabel = "FILE",
      description = "Run nothing, and judge a history that was kept.")
  private Path check;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (check != null) {
      Judgement judgement = Checker.judge(HistoryFile.read(check));
      return tell(out, new ClusterTrial.Result(0, 0, judgement));
    }
    if (kills < 1 || workers < 1 || jobs < 1) {
      throw new ParameterException(
          spec.commandLine(), "--kills, --workers and --jobs must be at least 1.");
    }
    Optional<PostgresBinaries> postgres = PostgresBinaries.find();
    if (postgres.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "PostgreSQL's server is not installed here (on Debian: apt-get install postgresql).");
    }
    return run(out, postgres.get());
  }

  private int run(PrintWriter out, PostgresBinaries postgres) throws Exception {
    long drawn = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    Path folder = Files.createTempDirectory("baton-cluster-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = history == null ? folder.resolve("history.jsonl") : history;
    if (!namespaces) {
      out.println("Cuts of the network are skipped: that needs root and Linux's ip command.");
    }
    out.printf(
        "Killing %d times under %d workers and %d jobs; --seed %d%n", kills, workers, jobs, drawn);
    out.flush();
    ClusterTrial.Result result;
    try (KillBar bar = new KillBar(kills, out, System.console() != null);
        ClusterProcesses cluster = ClusterProcesses.ofThree(folder, network(), postgres)) {
      result =
          new ClusterTrial(
                  new ClusterTrial.Settings(
                      kills,
                      new ClusterTrial.Load(workers, jobs, Pace.STEADY),
                      drawn,
                      file,
                      observer(bar),
                      killed -> {}))
              .run(cluster);
    }
    out.println("The history is in " + file + ", the members' log in " + folder);
    return tell(out, result);
  }

  /** Shows the trial's progress on the bar. */
  static ClusterTrial.Observer observer(KillBar bar) {
    return (killed, acknowledged, what) ->
        bar.reaches(killed, "%d acknowledged; %s".formatted(acknowledged, what));
  }

  private ClusterNetwork network() {
    if (!namespaces) {
      return new Loopback();
    }
    List<String> hosts = new ArrayList<>(ClusterProcesses.MEMBERS);
    hosts.add(Cut.DATABASE);
    return new Namespaces(Cut.CLIENTS, hosts);
  }

  private static int tell(PrintWriter out, ClusterTrial.Result result) throws IOException {
    Judgement judgement = result.judgement();
    tellFindings(out, judgement);
    out.println(line(result));
    out.flush();
    return judgement.isOk() ? 0 : 1;
  }

  /** Prints the first findings, a line each. */
  static void tellFindings(PrintWriter out, Judgement judgement) {
    judgement.findings().stream()
        .limit(FINDINGS_TOLD)
        .forEach(finding -> out.println("  " + finding.sentence()));
  }

  /** The last line. */
  static String line(ClusterTrial.Result result) {
    Judgement judgement = result.judgement();
    String counts =
        "kills=%d cuts=%d acked=%d lost=%d double-holders=%d duplicate-fences=%d"
            .formatted(
                result.kills(),
                result.cuts(),
                judgement.acknowledged(),
                judgement.count(Finding.Kind.LOST),
                judgement.count(Finding.Kind.DOUBLE_HOLDER),
                judgement.count(Finding.Kind.DUPLICATE_FENCE));
    return judgement.isOk()
        ? "CLUSTER OK " + counts
        : "CLUSTER FAILED %s (%s)".formatted(judgement.findings().get(0).sentence(), counts);
  }
}
