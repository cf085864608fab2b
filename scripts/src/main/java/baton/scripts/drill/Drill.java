package baton.scripts.drill;

import baton.scripts.cli.ProgramParameters;
import baton.scripts.process.Site;
import baton.scripts.process.SiteFailure;
import baton.scripts.process.TemporaryFolder;
import baton.scripts.relay.Subject;
import baton.scripts.relay.WorkerPrograms;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code drill}: whether a program resumes exactly here, and if not, what differs. */
@Command(
    name = "drill",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a short run unbroken, and once more with a worker that is killed with SIGKILL and",
      "replaced; then says whether the program resumes exactly on this machine, and if not, what",
      "differs first. Do it before you spend hours of a GPU. It starts a coordinator of its own in",
      "a temporary folder and leaves nothing behind."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:it resumes exactly",
      "1:it does not",
      "2:it could not be tried: a wrong option, or the program fails"
    })
public final class Drill implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PROGRAM",
      arity = "0..1",
      defaultValue = "script",
      description = "The program, such as digits; with --script any name.")
  private String program;

  @Option(
      names = "--script",
      paramLabel = "'COMMAND'",
      description = "A script of your own, such as 'python train.py'.")
  private String script;

  @Mixin private ProgramParameters parameters = new ProgramParameters();

  @Option(
      names = "--epochs",
      defaultValue = "2",
      description = "How many it trains at most. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--batches",
      defaultValue = "60",
      description = "It ends soon after so many. Default: ${DEFAULT-VALUE}")
  private int batches;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "As of the worker. Default: ${DEFAULT-VALUE}")
  private int threads;

  @Option(
      names = "--device",
      defaultValue = "best",
      description = "cpu, gpu, or best of both. Default: ${DEFAULT-VALUE}")
  private String device;

  @Option(names = "--seed", description = "Draws where it is killed. Default: another each time.")
  private Long seed;

  @Override
  public Integer call() throws IOException {
    if (epochs < 1 || batches < Rehearsal.FEWEST_BATCHES || threads < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "A drill takes at least 1 epoch, %d batches and 1 thread."
              .formatted(Rehearsal.FEWEST_BATCHES));
    }
    if (script == null && !WorkerPrograms.names().contains(program)) {
      throw new ParameterException(
          spec.commandLine(),
          "The worker has no program %s, it has %s; a script is given with --script."
              .formatted(program, String.join(" and ", WorkerPrograms.names())));
    }
    PrintWriter out = spec.commandLine().getOut();
    long drawn = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    Subject subject =
        new Subject(program, Optional.ofNullable(script), parameters.values(), epochs, 1);
    out.printf(
        "Drill of %s: unbroken, then killed and resumed; --seed %d%n",
        script == null ? program : script, drawn);
    out.flush();
    try (TemporaryFolder folder = TemporaryFolder.named("baton-drill-")) {
      Path store = Files.createDirectory(folder.path().resolve("store"));
      try (Site site = new Site(folder.path(), Optional.of(store));
          DrillBar bar = new DrillBar(out, System.console() != null)) {
        site.open();
        Rehearsal rehearsal =
            new Rehearsal(
                subject,
                new Rehearsal.Ground(site, store, folder.path(), threads, device),
                batches,
                bar);
        Report report = rehearsal.hold(drawn);
        bar.ends();
        report.lines().forEach(out::println);
        return report.diagnosis().isEmpty() ? 0 : 1;
      }
    } catch (SiteFailure e) {
      out.println("DRILL FAILED " + e.getMessage());
      return 2;
    } finally {
      out.flush();
    }
  }
}
