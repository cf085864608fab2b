package baton.cli.drill;

import baton.cli.command.ProgramParameters;
import baton.cli.process.Site;
import baton.cli.process.SiteFailure;
import baton.cli.process.TemporaryFolder;
import baton.cli.relay.Plan;
import baton.cli.relay.Subject;
import baton.cli.relay.WorkerPrograms;
import baton.worker.HumanUnits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
      "Trains a short run unbroken, and once more with workers that are killed with SIGKILL and",
      "replaced; then says whether the program resumes exactly on this machine, and if not, what",
      "differs first. Do it before you spend hours of a GPU. It starts a coordinator of its own in",
      "a temporary folder, runs the script in copies of this folder, and leaves nothing behind."
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

  @Option(
      names = "--program-jar",
      paramLabel = "JAR",
      description =
          "A jar with programs of your own, as of the worker; may be given several times.")
  private List<Path> programJars = List.of();

  @Mixin private ProgramParameters parameters = new ProgramParameters();

  @Option(
      names = "--epochs",
      defaultValue = "3",
      description = "How many it trains at most. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--batches",
      defaultValue = "60",
      description = {
        "It ends soon after so many; a script's epochs end early, so that all of them are reached.",
        "Default: ${DEFAULT-VALUE}"
      })
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

  @Option(
      names = "--longest-silence",
      paramLabel = "DURATION",
      description = {
        "How long a batch may take, as a first one that is compiled. Default: 15m, as of a job."
      })
  private String longestSilence;

  @Option(
      names = "--link",
      paramLabel = "PATH",
      description = {
        "Stands in the script's copy of this folder as a link: data that the script only reads,",
        "and that is too large to copy. May be given several times."
      })
  private Set<Path> linked = Set.of();

  @Option(names = "--directory", hidden = true, description = "Where the script is started.")
  private Path directory = Path.of("");

  @Option(
      names = "--seed",
      description = "Draws where they are killed. Default: another each time.")
  private Long seed;

  @Override
  public Integer call() throws IOException {
    require(
        epochs >= 1 && batches >= Rehearsal.FEWEST_BATCHES && threads >= 1,
        "A drill takes at least 1 epoch, %d batches and 1 thread."
            .formatted(Rehearsal.FEWEST_BATCHES));
    List<Path> jars = programJars.stream().map(Path::toAbsolutePath).toList();
    List<String> found = programs(jars);
    require(
        script != null || found.contains(program),
        "The worker has no program %s, it has %s; a script is given with --script."
            .formatted(program, String.join(" and ", found)));
    for (Path path : linked) {
      require(
          Files.exists(directory.resolve(path)), "There is no %s here to link.".formatted(path));
    }
    Duration silence = silence();
    PrintWriter out = spec.commandLine().getOut();
    long drawn = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    Subject subject =
        new Subject(program, Optional.ofNullable(script), jars, parameters.values(), epochs, 1);
    out.printf(
        "Drill of %s: unbroken, then killed and resumed; --seed %d%n",
        script == null ? program : script, drawn);
    out.flush();
    try (TemporaryFolder folder = TemporaryFolder.named("baton-drill-")) {
      Optional<Workspace> workspace = workspace(folder.path());
      workspace.stream()
          .flatMap(w -> w.notes().stream())
          .flatMap(note -> Wrapped.at(DrillReport.WIDTH, note).stream())
          .forEach(line -> out.println("  " + line));
      DrillReport report = rehearse(subject, workspace, folder.path(), silence, drawn, out);
      report.lines().forEach(out::println);
      return report.diagnosis().isEmpty() ? 0 : 1;
    } catch (SiteFailure e) {
      e.lastWords().stream()
          .filter(word -> !e.getMessage().contains(word))
          .flatMap(word -> Wrapped.at(DrillReport.WIDTH, word).stream())
          .forEach(line -> out.println("  " + line));
      out.println("DRILL FAILED " + why(e, silence));
      return 2;
    } finally {
      out.flush();
    }
  }

  /** Why there is no verdict, in a sentence. */
  static String why(SiteFailure e, Duration longestSilence) {
    return e.lastWords().stream().anyMatch(word -> word.contains("no progress in phase"))
        ? "the script was silent for %d s, which is taken for hanging; if a batch may take longer, as a first one that is compiled, give --longest-silence, here and to submit"
            .formatted(longestSilence.toSeconds())
        : e.getMessage();
  }

  private DrillReport rehearse(
      Subject subject,
      Optional<Workspace> workspace,
      Path folder,
      Duration silence,
      long drawn,
      PrintWriter out)
      throws IOException {
    Path store = Files.createDirectory(folder.resolve("store"));
    try (Site site = new Site(folder, Optional.of(store));
        DrillBar bar = new DrillBar(out, System.console() != null)) {
      site.open();
      Rehearsal.Ground ground =
          new Rehearsal.Ground(site, store, folder, workspace, threads, device);
      return new Rehearsal(subject, ground, batches, silence, bar).hold(drawn);
    }
  }

  private Optional<Workspace> workspace(Path drill) throws IOException {
    return script == null
        ? Optional.empty()
        : Optional.of(
            new Workspace(
                directory.toAbsolutePath(), script, linked, Workspace.Limit.USUAL, drill));
  }

  private List<String> programs(List<Path> jars) {
    try {
      return WorkerPrograms.names(jars);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage() + ".");
    }
  }

  private Duration silence() {
    try {
      return longestSilence == null ? Plan.USUAL_SILENCE : HumanUnits.duration(longestSilence);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--longest-silence: %s.".formatted(e.getMessage()));
    }
  }

  private void require(boolean held, String otherwise) {
    if (!held) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }
}
