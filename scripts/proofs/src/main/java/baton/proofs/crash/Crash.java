package baton.proofs.crash;

import baton.cli.process.TemporaryFolder;
import baton.proofs.terminal.KillBar;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The crash test's command line. */
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
  private static final int FINDINGS_TOLD = 10;

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

    CrashVerdict verdict = verdict(folder, drawn, out);
    if (verdict.isOk()) {
      new TemporaryFolder(folder).close();
    } else {
      verdict.findings().stream()
          .limit(FINDINGS_TOLD)
          .forEach(finding -> out.println("  " + finding.sentence()));
      out.println("The coordinator's data and log are kept in " + folder);
    }
    out.println(verdict.line());
    out.flush();
    return verdict.isOk() ? 0 : 1;
  }

  private CrashVerdict verdict(Path folder, long drawn, PrintWriter out) throws Exception {
    Starts starts = new Starts();
    CrashVerdict verdict;
    try (KillBar bar = new KillBar(kills, out, System.console() != null)) {
      CrashTrial.Observer observer =
          (killed, acknowledged, took) -> {
            starts.add(took);
            bar.reaches(
                killed,
                "%d acknowledged, ready in %s".formatted(acknowledged, Starts.seconds(took)));
          };
      verdict =
          new CrashTrial(
                  folder, new CrashTrial.Settings(kills, drawn, observer, (data, kill) -> {}))
              .run();
    }
    out.println(starts.summary());
    return verdict;
  }
}
