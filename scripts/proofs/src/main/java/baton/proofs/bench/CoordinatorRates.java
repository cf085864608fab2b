package baton.proofs.bench;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.TemporaryFolder;
import baton.protocol.client.CoordinatorClient;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code rates}: measures what one coordinator process needs and does. */
@Command(
    name = "rates",
    mixinStandardHelpOptions = true,
    description =
        "Measure a coordinator over HTTP on this machine: start, memory, renewals and commits.")
public final class CoordinatorRates implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--clients",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,16,64",
      description = "How many at once; default: ${DEFAULT-VALUE}.")
  private List<Integer> clients;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "How long each is measured; default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--starts",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many starts are measured; default: ${DEFAULT-VALUE}.")
  private int starts;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "30000",
      description =
          "How many commits and renewals each come before, for the compilers; default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (TemporaryFolder folder = TemporaryFolder.named("baton-rates-");
        CoordinatorServer server =
            new CoordinatorServer(folder.path(), Optional.empty(), line -> {})) {
      print(out, "load average %.1f on %d processors%n", loadAverage(), processors());
      print(out, "first start  %.2f s to 200 of /readyz%n", start(server));
      for (int i = 1; i < starts; i++) {
        server.kill();
        print(out, "next start   %.2f s to 200 of /readyz, after kill -9%n", start(server));
      }
      print(out, "memory       %s, idle%n", MemoryUse.of(server.pid()));
      measure(server, out);
      print(out, "memory       %s, after the load%n", MemoryUse.of(server.pid()));
      print(out, "load average %.1f%n", loadAverage());
    }
    return 0;
  }

  private static double start(CoordinatorServer server) throws Exception {
    long begun = System.nanoTime();
    server.start();
    HttpRequest ready = HttpRequest.newBuilder(server.uri().resolve("/readyz")).build();
    int status = HttpClient.newHttpClient().send(ready, BodyHandlers.discarding()).statusCode();
    if (status != 200) {
      throw new IllegalStateException("The coordinator is ready and answers " + status + ".");
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  private void measure(CoordinatorServer server, PrintWriter out) throws Exception {
    CoordinatorClient admin = server.client("admin");
    CoordinatorClient worker = server.client("worker");
    String token = server.token("worker");
    List<LeanHolder> holders = new ArrayList<>();
    try {
      for (int i = 0; i < Collections.max(clients); i++) {
        PretendHolder holder = PretendHolder.lease(admin, worker, "job-" + i);
        holders.add(holder.lean(server.uri(), token, Optional.empty()));
      }
      int each = warmUp / holders.size();
      perform(holders.stream().<Rate.Client>map(holder -> times(each, holder::renew)).toList());
      perform(holders.stream().<Rate.Client>map(holder -> times(each, holder::commit)).toList());
      print(
          out,
          "%-10s %7s %10s %9s %9s %9s  %s%n",
          "",
          "clients",
          "per second",
          "p50 ms",
          "p99 ms",
          "µs each",
          "of the coordinator's processor, without its compilers");
      for (int many : clients.stream().sorted().toList()) {
        List<LeanHolder> busy = holders.subList(0, many);
        row(server, out, "renewals", busy.stream().<Rate.Client>map(h -> h::renew).toList());
        row(server, out, "commits", busy.stream().<Rate.Client>map(h -> h::commit).toList());
      }
    } finally {
      for (LeanHolder holder : holders) {
        holder.close();
      }
    }
  }

  private static Rate.Client times(int many, Rate.Client client) {
    return () -> {
      for (int i = 0; i < many; i++) {
        client.act();
      }
    };
  }

  /** Lets each client act once, concurrently. */
  private static void perform(List<Rate.Client> clients) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(clients.size());
    try {
      List<Callable<Void>> work = new ArrayList<>();
      for (Rate.Client client : clients) {
        work.add(
            () -> {
              client.act();
              return null;
            });
      }
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void row(CoordinatorServer server, PrintWriter out, String what, List<Rate.Client> busy)
      throws Exception {
    ThreadTimes before = ThreadTimes.of(server.pid());
    Rate rate = Rate.of(busy, Duration.ZERO, Duration.ofSeconds(seconds));
    ThreadTimes after = ThreadTimes.of(server.pid());
    long operations = Math.max(1, Math.round(rate.perSecond() * seconds));
    print(
        out,
        "%-10s %7d %10.0f %9.2f %9.2f %9.1f  %s%n",
        what,
        rate.clients(),
        rate.perSecond(),
        rate.median().toNanos() / 1e6,
        rate.p99().toNanos() / 1e6,
        after.nanosSince(before) / 1e3 / operations,
        after.toldSince(before, operations));
  }

  private static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static void print(PrintWriter out, String format, Object... values) {
    out.printf(Locale.ROOT, format, values);
    out.flush();
  }
}
