package baton.coordinator;

import baton.coordinator.http.HttpListener.CannotListen;
import baton.coordinator.http.Subnet;
import baton.coordinator.http.Token;
import baton.coordinator.http.TokenFile;
import baton.coordinator.store.DataDirectoryException;
import baton.coordinator.store.DatabaseAddress;
import baton.coordinator.store.DatabaseException;
import baton.coordinator.store.Members;
import baton.protocol.IoReason;
import baton.protocol.Similar;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The coordinator's command line. */
@Command(
    name = "coordinator",
    mixinStandardHelpOptions = true,
    description = "Hands out leases and keeps the head of every job.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:ended by a signal, everything answered",
      "1:something unforeseen; the message says what",
      "2:an option is wrong",
      "3:the port is in use",
      "4:the data directory or the database cannot be used: another coordinator has it, it is of a newer version, damaged, or out of reach"
    },
    subcommands = CoordinatorMain.NewTokens.class)
public final class CoordinatorMain implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int PORT_IN_USE = 3;
  private static final int NO_DATA = 4;

  @Spec private CommandSpec spec;

  @Mixin private Data data = new Data();

  @Option(
      names = "--store-dir",
      paramLabel = "DIR",
      description = "A directory store that the coordinator checks and tidies itself.")
  private Path store;

  @Mixin private BucketToCheck bucket = new BucketToCheck();
  @Mixin private Where where = new Where();

  @Option(
      names = "--cluster",
      paramLabel = "HOST:PORT",
      description =
          "Where the members of the cluster speak with one another: HOST:PORT,HOST:PORT,… They share a PostgreSQL database.")
  private String cluster;

  @Option(
      names = "--member",
      paramLabel = "HOST:PORT",
      description = "Which of the members this one is; default: the first that --cluster names.")
  private String member;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "The address to listen at; default: ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "8642",
      description = "The port to listen at, 0 for any that is free; default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--trusted-proxy",
      paramLabel = "CIDR",
      split = ",",
      description =
          "A proxy, or a block of them, whose X-Forwarded-For tells who a client is; may be repeated.")
  private List<String> trustedProxies = List.of();

  @Option(
      names = "--port-file",
      paramLabel = "FILE",
      description = "Write the port to this file once ready.")
  private Path portFile;

  /** Which database. */
  static final class Where {
    @Option(
        names = "--database",
        paramLabel = "DATABASE",
        description =
            "sqlite:FILE, or postgresql://USER@HOST:PORT/NAME with the password in BATON_DATABASE_PASSWORD or ~/.pgpass; default: an embedded one in the data directory.")
    private String database;

    /** Not given on the command line, where every user of the machine could read it. */
    @Option(
        names = "--password-from-environment",
        hidden = true,
        defaultValue = "${env:BATON_DATABASE_PASSWORD}")
    private String password;

    Optional<DatabaseAddress> address() {
      return Optional.ofNullable(database).map(DatabaseAddress::parse);
    }

    Optional<String> password() {
      return Optional.ofNullable(password).filter(text -> !text.isEmpty());
    }
  }

  /** The coordinator's data directory. */
  static final class Data {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        defaultValue = "${sys:user.home}/.baton/coordinator",
        description = "The data directory; default: ${DEFAULT-VALUE}.")
    private Path folder;

    @Option(
        names = "--tokens-file",
        paramLabel = "FILE",
        description = "Write new tokens to this file as well, for scripts.")
    private Path tokensFile;

    void show(List<Token> tokens, PrintWriter out) {
      out.println(
          "These tokens are shown this once; only their hashes are kept, in " + folder + ":");
      tokens.forEach(
          token ->
              out.printf(
                  "  %-7s %s%n", token.role().name().toLowerCase(Locale.ROOT), token.text()));
      if (tokensFile != null) {
        TokenFile.hand(tokens, tokensFile);
        out.println("They are also in " + tokensFile + ", readable by this user alone.");
      }
      out.flush();
    }
  }

  /** Replaces the tokens of a stopped coordinator. */
  @Command(
      name = "new-tokens",
      mixinStandardHelpOptions = true,
      description =
          "Draw new tokens for a coordinator that is stopped; the old ones no longer count.")
  static final class NewTokens implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private Data data = new Data();
    @Mixin private Where where = new Where();

    @Override
    public Integer call() {
      data.show(
          Coordinator.drawNewTokens(data.folder, where.address(), where.password()),
          spec.commandLine().getOut());
      return 0;
    }
  }

  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "baton/coordinator/logback.xml");
    System.setProperty("hazelcast.logging.type", "slf4j"); // read before any configuration
    System.setProperty("vertx.disableDnsResolver", "true"); // the JDK's resolver needs no threads
    System.exit(commandLine().execute(args)); // threads of a failed start may still run
  }

  static CommandLine commandLine() {
    return new CommandLine(new CoordinatorMain())
        .setParameterExceptionHandler(
            (wrong, arguments) -> {
              wrong.getCommandLine().getErr().println(sentence(wrong));
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(sentence(failure));
              return exitCode(failure);
            });
  }

  /** What is wrong with the arguments, and which option may have been meant. */
  private static String sentence(ParameterException wrong) {
    Set<String> options = wrong.getCommandLine().getCommandSpec().optionsMap().keySet();
    return wrong instanceof UnmatchedArgumentException unmatched
        ? Similar.unknown(wrong.getMessage(), unmatched.getUnmatched(), options)
        : wrong.getMessage();
  }

  @Override
  public Integer call() throws InterruptedException {
    Coordinator coordinator = Coordinator.start(settings());
    try {
      announce(coordinator, spec.commandLine().getOut());
    } catch (RuntimeException e) {
      coordinator.close();
      throw e;
    }
    closeOnSignal(coordinator);
    new CountDownLatch(1).await(); // until a signal
    return 0;
  }

  private Optional<Members> members() {
    if (cluster == null) {
      return Optional.empty();
    }
    Members named = Members.parse(cluster);
    return Optional.of(member == null ? named : named.asSeenBy(Members.address(member)));
  }

  /** The folder of the store; it is created if it does not exist, as a worker does. */
  private Optional<Path> storeFolder() {
    if (store == null || Files.isDirectory(store)) {
      return Optional.ofNullable(store);
    }
    try {
      return Optional.of(Files.createDirectory(store));
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException(
          "%s is a file: --store-dir takes the folder where checkpoints live.".formatted(store), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "There is no folder %s for --store-dir, and it cannot be made (%s). Make it: mkdir -p %s"
              .formatted(store, IoReason.of(e), store),
          e);
    }
  }

  private Coordinator.Settings settings() {
    try {
      return new Coordinator.Settings(
          data.folder,
          storeFolder(),
          host,
          port,
          where.address(),
          where.password(),
          members(),
          trustedProxies.stream().map(Subnet::parse).toList(),
          bucket.location());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private void announce(Coordinator coordinator, PrintWriter out) {
    if (!coordinator.newTokens().isEmpty()) {
      data.show(coordinator.newTokens(), out);
    }
    if (portFile != null) {
      write(portFile, coordinator.address().getPort() + "\n");
    }
    out.println(
        "Baton coordinator ready at %s (data in %s)".formatted(coordinator.address(), data.folder));
    out.flush();
  }

  /** The JVM exits with a failure code after a signal; a drained coordinator exits with 0. */
  private static void closeOnSignal(Coordinator coordinator) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  coordinator.close();
                  Runtime.getRuntime().halt(0);
                },
                "drain"));
  }

  private static int exitCode(Exception failure) {
    if (failure instanceof CannotListen) {
      return PORT_IN_USE;
    }
    boolean noData =
        failure instanceof DataDirectoryException || failure instanceof DatabaseException;
    return noData ? NO_DATA : FAILED;
  }

  private static String sentence(Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  /** Writes the file atomically, since scripts wait for it to appear. */
  private static void write(Path file, String text) {
    try {
      Path part = file.resolveSibling(file.getFileName() + ".part");
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The file %s cannot be written (%s).".formatted(file, e.getMessage()), e);
    }
  }
}
