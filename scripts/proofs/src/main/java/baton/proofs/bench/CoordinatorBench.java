package baton.proofs.bench;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.TemporaryFolder;
import baton.proofs.process.FreePort;
import baton.proofs.process.PostgresBinaries;
import baton.proofs.process.PostgresServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Measures durable transitions per second of a coordinator, compared with etcd and PostgreSQL. The
 * contenders take turns in every round, so that other load on the machine affects all of them
 * equally; the medians over the rounds are reported.
 */
@Command(
    name = "coordinator",
    mixinStandardHelpOptions = true,
    description =
        "Measure durable transitions per second of a coordinator, etcd and PostgreSQL, in turn.")
public final class CoordinatorBench implements Callable<Integer> {
  private static final Duration WARM_UP = Duration.ofSeconds(1);
  private static final Duration COMES_TO_SPEED = Duration.ofSeconds(10);
  private static final String PASSWORD = "bench";

  @Spec private CommandSpec spec;

  @Option(
      names = "--clients",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,64,256",
      description = "How many at once; default: ${DEFAULT-VALUE}.")
  private List<Integer> clients;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each is measured; default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "3",
      description = "How long each time; default: ${DEFAULT-VALUE}.")
  private int seconds;

  /** The subject of a row of the table. */
  private record Row(Contender contender, int clients) {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (TemporaryFolder folder = TemporaryFolder.named("baton-bench-");
        Contenders contenders = new Contenders()) {
      // PostgreSQL's user must be able to enter the folder.
      Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwxr-xr-x"));
      enter(contenders, folder.path(), out);
      for (Contender contender : contenders.all) {
        print(out, "%s comes to speed%n", contender.name());
        contender.measure(Collections.max(clients), WARM_UP, COMES_TO_SPEED); // warm-up
      }
      Map<Row, List<Rate>> rates = new LinkedHashMap<>();
      for (int round = 1; round <= rounds; round++) {
        for (int many : clients) {
          for (Contender contender : contenders.all) {
            print(out, "round %d of %d: %d × %s%n", round, rounds, many, contender.name());
            rates
                .computeIfAbsent(new Row(contender, many), row -> new ArrayList<>())
                .add(contender.measure(many, WARM_UP, Duration.ofSeconds(seconds)));
          }
        }
      }
      table(out, rates);
    }
    return 0;
  }

  private static void enter(Contenders contenders, Path folder, PrintWriter out) throws Exception {
    contenders.add(new DiskContender(folder.resolve("appended")));
    contenders.add(new BatonContender("baton, sqlite", coordinator(folder.resolve("sqlite"))));
    if (EtcdContender.isInstalled()) {
      contenders.add(EtcdContender.start(folder.resolve("etcd")));
    } else {
      print(out, "etcd is skipped: it is not installed (on Debian: apt-get install etcd-server)%n");
    }
    Optional<PostgresBinaries> postgres = PostgresBinaries.find();
    if (postgres.isEmpty()) {
      print(out, "PostgreSQL is skipped: it is not installed (apt-get install postgresql)%n");
      return;
    }
    PostgresServer server =
        new PostgresServer(
            postgres.get(), folder.resolve("postgres"), List.of(), "127.0.0.1", FreePort.find());
    contenders.closeLast(server);
    server.create(PASSWORD);
    contenders.add(
        new BatonContender(
            "baton, postgresql",
            coordinator(
                folder.resolve("on-postgres"),
                "--database",
                server.url(),
                "--password-from-environment",
                PASSWORD)));
    Path tools = postgres.get().folder();
    contenders.add(
        new PgbenchContender(
            server, tools.resolve("pgbench"), tools.resolve("psql"), folder.resolve("pgbench")));
  }

  private static CoordinatorServer coordinator(Path folder, String... more) throws IOException {
    return new CoordinatorServer(
        Files.createDirectory(folder), Optional.empty(), line -> {}, List.of(more));
  }

  private static void table(PrintWriter out, Map<Row, List<Rate>> rates) {
    print(
        out,
        "%n%-18s %-14s %7s %10s %9s %9s%n",
        "",
        "",
        "clients",
        "per second",
        "p50 ms",
        "p99 ms");
    rates.entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().clients()))
        .forEach(
            entry -> {
              Rate rate = median(entry.getValue());
              print(
                  out,
                  "%-18s %-14s %7d %10.0f %9.2f %9.2f%n",
                  entry.getKey().contender().name(),
                  entry.getKey().contender().unit(),
                  rate.clients(),
                  rate.perSecond(),
                  rate.median().toNanos() / 1e6,
                  rate.p99().toNanos() / 1e6);
            });
  }

  /** The round with the median rate. */
  private static Rate median(List<Rate> rounds) {
    List<Rate> sorted = rounds.stream().sorted(Comparator.comparing(Rate::perSecond)).toList();
    return sorted.get(sorted.size() / 2);
  }

  /** The started contenders, closed in the reverse order. */
  private static final class Contenders implements AutoCloseable {
    private final List<Contender> all = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    void add(Contender contender) {
      all.add(contender);
      open.add(contender);
    }

    void closeLast(AutoCloseable server) {
      open.add(server);
    }

    @Override
    public void close() throws Exception {
      for (int i = open.size() - 1; i >= 0; i--) {
        open.get(i).close();
      }
    }
  }

  private static void print(PrintWriter out, String format, Object... values) {
    out.printf(Locale.ROOT, format, values);
    out.flush();
  }
}
