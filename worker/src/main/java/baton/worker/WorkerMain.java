package baton.worker;

import baton.protocol.Similar;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.client.CoordinatorClient;
import baton.worker.segment.Action;
import baton.worker.segment.Program;
import baton.worker.segment.SegmentSettings;
import baton.worker.segment.TroubleException;
import baton.worker.terminal.ConsoleReporter;
import baton.worker.terminal.Terminal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code worker}: waits for a lease, trains it, gives it back, and waits again. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Waits for a lease, trains it, gives it back, and waits again.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done: told to end, session over, no work for long, or one lease with --once",
      "2:wrong use",
      "3:the coordinator refuses this worker: see its token",
      "4:this machine cannot train or save",
      "5:the program failed",
      "6:the program hung, and the session was ended without it",
      "7:the coordinator could not be reached for long"
    },
    footer = "The token is read from BATON_TOKEN or --token-file, never from the command line.")
public final class WorkerMain implements Callable<Integer> {
  private static final long MOST_SECONDS_TO_END = 19;
  private static final int DEFAULT_COLUMNS = 80;

  private final UnaryOperator<Program> programsAsRun;
  @Spec private CommandSpec command;

  @Option(
      names = "--coordinator",
      paramLabel = "URL",
      defaultValue = "${env:BATON_COORDINATOR:-http://127.0.0.1:8642}",
      description =
          "The coordinator, or the members of a cluster with commas between them; also BATON_COORDINATOR. Default: ${DEFAULT-VALUE}")
  private String coordinator;

  @Option(names = "--token-file", paramLabel = "FILE", description = "A file with the token.")
  private Path tokenFile;

  @Option(names = "--name", description = "A label for this worker. Default: drawn at random.")
  private String name = "worker-" + Integer.toHexString(new SecureRandom().nextInt());

  @Mixin private StoreOptions store;

  @Option(
      names = "--program",
      paramLabel = "NAME='COMMAND'",
      description = {
        "A script that jobs may ask for by this name, such as digits='python train.py';",
        "may be given several times. See docs/guide/python.md."
      })
  private List<String> programs = List.of();

  @Option(
      names = "--program-jar",
      paramLabel = "JAR",
      description = {
        "A jar with programs of your own, or a library for them;",
        "may be given several times. See docs/guide/adding-a-program.md."
      })
  private List<Path> programJars = List.of();

  @Option(
      names = "--accept-new-code",
      description = "Go on with scripts that have changed since the last checkpoint.")
  private boolean acceptNewCode;

  @Option(names = "--once", description = "End after one lease.")
  private boolean once;

  @Option(
      names = "--session-ends-in",
      paramLabel = "DURATION",
      description = "How long this session will last, such as 3h50m: it saves and releases before.")
  private Duration sessionEndsIn;

  @Option(
      names = "--idle-exit",
      paramLabel = "DURATION",
      defaultValue = "10m",
      description = "End after so long without work. Default: ${DEFAULT-VALUE}")
  private Duration idleExit;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "Threads of one operation; the bits depend on it. Default: ${DEFAULT-VALUE}")
  private int threads;

  @Option(
      names = "--device",
      defaultValue = "best",
      description = "cpu, gpu, or best of both. Default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where snapshots wait on the local disk. Default: ${DEFAULT-VALUE}")
  private Path spool;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      defaultValue = "${sys:user.home}/.cache/baton/data",
      description = {
        "Where the data of jobs is kept; workers of one machine may share it.",
        "Default: ${DEFAULT-VALUE}"
      })
  private Path cacheDir;

  @Option(
      names = "--cache-bytes",
      paramLabel = "SIZE",
      defaultValue = "50GB",
      description = "The most that is kept there, such as 800MB. Default: ${DEFAULT-VALUE}")
  private String cacheBytes;

  @Option(names = "--verbose", description = "Log more, to the standard error.")
  private boolean verbose;

  @Option(names = "--report-batches", hidden = true)
  private boolean reportBatches;

  @Option(names = "--batch-takes", hidden = true)
  private Duration leastPerBatch;

  public WorkerMain() {
    this(UnaryOperator.identity());
  }

  /**
   * A worker that runs other programs in place of its own.
   *
   * @param programsAsRun maps each program to the one that is run
   */
  WorkerMain(UnaryOperator<Program> programsAsRun) {
    this.programsAsRun = programsAsRun;
  }

  public static void main(String[] args) {
    System.exit(new WorkerMain().execute(args));
  }

  /** Runs the command; returns the exit code. */
  int execute(String... args) {
    System.setProperty("logback.configurationFile", "baton/worker/logback.xml");
    return new CommandLine(this)
        .registerConverter(Duration.class, WorkerMain::duration)
        .setParameterExceptionHandler(
            (wrong, arguments) -> {
              wrong.getCommandLine().getErr().println(sentence(wrong));
              return ExitCode.USAGE;
            })
        .execute(args);
  }

  /** What is wrong with the arguments, and which option may have been meant. */
  private static String sentence(ParameterException wrong) {
    Set<String> options = wrong.getCommandLine().getCommandSpec().optionsMap().keySet();
    return wrong instanceof UnmatchedArgumentException unmatched
        ? Similar.unknown(wrong.getMessage(), unmatched.getUnmatched(), options)
        : wrong.getMessage();
  }

  private static Duration duration(String text) {
    try {
      return HumanUnits.duration(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    if (verbose) {
      System.setProperty("baton.log", "DEBUG");
    }
    Terminal terminal =
        new Terminal(System.out, System.console() != null, columns(), name, LocalTime::now);
    Worker.Options options = options();
    try (Worker worker =
        Worker.of(options, this::asRun, new ConsoleReporter(terminal, reportBatches))) {
      if (worker.borrows()) {
        terminal.say("uses the access to the store that the coordinator lends");
      }
      terminal.say("asks %s for work".formatted(coordinator));
      return run(worker);
    } catch (StoreException | IOException e) {
      return fail(e.getMessage());
    } catch (TroubleException e) {
      return fail(e.trouble().message() + " " + e.trouble().remedy());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage() + ".", e);
    }
  }

  /**
   * After a signal the JVM ends as soon as its shutdown hook returns, so the hook waits for the
   * session.
   */
  private static int run(Worker worker) throws InterruptedException {
    CompletableFuture<Integer> code = new CompletableFuture<>();
    Thread hook = new Thread(() -> endInOrder(worker, code), "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    code.complete(codeOf(worker.run().why()));
    return code.join();
  }

  private static void endInOrder(Worker worker, CompletableFuture<Integer> code) {
    if (!code.isDone()) {
      worker.shutDown();
      int ended = code.completeOnTimeout(0, MOST_SECONDS_TO_END, TimeUnit.SECONDS).join();
      try (worker) {
        System.out.flush();
      } catch (IOException e) {
        // The next session removes what is left.
      } finally {
        Runtime.getRuntime().halt(ended);
      }
    }
  }

  private static int codeOf(Action.Exit.Why why) {
    return switch (why) {
      case DONE, IDLE -> 0;
      case REFUSED -> 3;
      case MACHINE -> 4;
      case PROGRAM -> 5;
      case HUNG -> 6;
      case UNREACHABLE -> 7;
    };
  }

  private Program asRun(Program program) {
    Program asRun = programsAsRun.apply(program);
    return leastPerBatch == null ? asRun : new Throttled(asRun, leastPerBatch);
  }

  private Worker.Options options() {
    if (idleExit.isZero() || (sessionEndsIn != null && sessionEndsIn.isZero())) {
      throw new ParameterException(command.commandLine(), "A duration must not be zero.");
    }
    SegmentSettings settings = SegmentSettings.DEFAULT.idleFor(idleExit);
    settings = once ? settings.forOneLease() : settings;
    settings = sessionEndsIn == null ? settings : settings.endingIn(sessionEndsIn);
    return new Worker.Options(
        coordinators(),
        token(),
        name,
        store.location(),
        settings,
        programs,
        programJars,
        acceptNewCode,
        threads,
        device,
        spool,
        new Worker.Caching(cacheDir, HumanUnits.bytes(cacheBytes), store.api()),
        System.getenv());
  }

  private List<URI> coordinators() {
    try {
      return CoordinatorClient.coordinators(coordinator);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage());
    }
  }

  private String token() {
    Optional<String> fromEnvironment = Optional.ofNullable(System.getenv("BATON_TOKEN"));
    try {
      String token =
          tokenFile == null ? fromEnvironment.orElse("") : Files.readString(tokenFile).strip();
      if (!CoordinatorClient.isToken(token)) {
        throw new ParameterException(
            command.commandLine(),
            "A worker needs a token: put it into BATON_TOKEN, or name its file with --token-file.");
      }
      return token;
    } catch (IOException e) {
      throw new ParameterException(
          command.commandLine(), "The token file " + tokenFile + " cannot be read.", e);
    }
  }

  private int fail(String sentence) {
    command.commandLine().getErr().println(sentence);
    return codeOf(Action.Exit.Why.MACHINE);
  }

  private static int columns() {
    try {
      return Integer.parseInt(System.getenv().getOrDefault("COLUMNS", ""));
    } catch (NumberFormatException e) {
      return DEFAULT_COLUMNS;
    }
  }
}
