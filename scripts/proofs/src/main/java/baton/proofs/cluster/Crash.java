package baton.proofs.cluster;

import baton.cli.process.TemporaryFolder;
import baton.proofs.history.Finding;
import baton.proofs.history.Finding.Kind;
import baton.proofs.history.Judgement;
import baton.proofs.terminal.KillBar;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The crash test's command line: the cluster trial with a single coordinator. */
@Command(
    name = "crash",
    mixinStandardHelpOptions = true,
    description = {
      "Kill a coordinator with kill -9 under load, over and over, and look whether all that it acknowledged is there.",
      "The last line is CRASH OK or CRASH FAILED."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:everything acknowledged was there",
      "1:something was not; the last line says what",
      "2:an option is wrong"
    })
public final class Crash implements Callable<Integer> {
  /** More workers than jobs, so that some workers have to wait. */
  static final ClusterTrial.Load LOAD = new ClusterTrial.Load(6, 4, Pace.RUSHED);

  @Spec private CommandSpec spec;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "20",
      description = "How often; default: ${DEFAULT-VALUE}.")
  private int kills;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "What the kills and the load are drawn from; default: a new one.")
  private Long seed;

  @Override
  public Integer call() throws Exception {
    if (kills < 1) {
      throw new ParameterException(spec.commandLine(), "--kills must be at least 1, not " + kills);
    }
    PrintWriter out = spec.commandLine().getOut();
    long drawn = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    Path folder = Files.createTempDirectory("baton-crash-");
    out.printf("Killing a coordinator %d times; --seed %d%n", kills, drawn);
    out.flush();

    ClusterTrial.Result result = run(folder, drawn, out);
    List<Finding> findings = result.judgement().findings();
    if (findings.isEmpty()) {
      new TemporaryFolder(folder).close();
    } else {
      Cluster.tellFindings(out, result.judgement());
      out.println("The coordinator's data, its log and the clients' history are kept in " + folder);
    }
    out.println(line(result));
    out.flush();
    return findings.isEmpty() ? 0 : 1;
  }

  private ClusterTrial.Result run(Path folder, long drawn, PrintWriter out) throws Exception {
    ClusterTrial.Result result;
    try (KillBar bar = new KillBar(kills, out, System.console() != null);
        ClusterProcesses alone = ClusterProcesses.ofOne(folder)) {
      result =
          new ClusterTrial(
                  new ClusterTrial.Settings(
                      kills,
                      LOAD,
                      drawn,
                      folder.resolve("history.jsonl"),
                      Cluster.observer(bar),
                      killed -> {}))
              .run(alone);
      out.println(alone.members().get(0).starts().summary());
    }
    return result;
  }

  /** The last line. */
  static String line(ClusterTrial.Result result) {
    Judgement judgement = result.judgement();
    long lost = judgement.count(Kind.LOST);
    long duplicate = judgement.count(Kind.DUPLICATE_FENCE);
    String counts =
        "kills=%d acked=%d lost=%d duplicate-fences=%d"
            .formatted(result.kills(), judgement.acknowledged(), lost, duplicate);
    return judgement.isOk()
        ? "CRASH OK " + counts
        : "CRASH FAILED %s wrong=%d, first: %s"
            .formatted(
                counts,
                judgement.findings().size() - lost - duplicate,
                judgement.findings().get(0).sentence());
  }
}
