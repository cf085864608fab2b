package baton.proofs.bench;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.TemporaryFolder;
import baton.protocol.Policy;
import baton.protocol.client.CoordinatorClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures many live workers on one small coordinator, each with the lease of its own job. */
@Command(
    name = "heartbeats",
    mixinStandardHelpOptions = true,
    description = "Measure one small coordinator with many live workers.")
public final class Heartbeats implements Callable<Integer> {
  private static final Duration TTL = Policy.DEFAULT.ttl();

  @Spec private CommandSpec spec;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many; default: ${DEFAULT-VALUE}.")
  private int workers;

  @Option(
      names = "--every",
      paramLabel = "S",
      defaultValue = "15",
      description = "Seconds between two renewals of a worker; default: ${DEFAULT-VALUE}.")
  private int every;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "60",
      description = "How long it is measured; default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (TemporaryFolder folder = TemporaryFolder.named("baton-heartbeats-");
        CoordinatorServer server =
            new CoordinatorServer(folder.path(), Optional.empty(), line -> {});
        Beats beats = new Beats(Duration.ofSeconds(every), workers)) {
      server.start();
      lease(server, beats, out);
      beats.measure(Duration.ofSeconds(every)); // until the compiler is idle
      Duration cpu = cpu(server);
      long begun = System.nanoTime();
      Rate rate = beats.measure(Duration.ofSeconds(seconds));
      double busy = (cpu(server).toNanos() - cpu.toNanos()) / (double) (System.nanoTime() - begun);
      print(
          out,
          "%d workers, a renewal every %d s: %.0f per second, p50 %.2f ms, p99 %.2f ms%n",
          workers,
          every,
          rate.perSecond(),
          rate.median().toNanos() / 1e6,
          rate.p99().toNanos() / 1e6);
      print(out, "coordinator: %.1f %% of one core, %s%n", busy * 100, MemoryUse.of(server.pid()));
    }
    return 0;
  }

  private void lease(CoordinatorServer server, Beats beats, PrintWriter out) throws Exception {
    CoordinatorClient admin = server.client("admin");
    CoordinatorClient worker = server.client("worker");
    long begun = System.nanoTime();
    for (int i = 1; i <= workers; i++) {
      beats.begin(PretendHolder.lease(admin, worker, "job-" + i, TTL));
      if (i % 1_000 == 0) {
        print(
            out,
            "%d of %d workers hold a lease, after %.0f s%n",
            i,
            workers,
            (System.nanoTime() - begun) / 1e9);
      }
    }
  }

  private static Duration cpu(CoordinatorServer server) {
    return ProcessHandle.of(server.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow();
  }

  private static void print(PrintWriter out, String format, Object... values) {
    out.printf(Locale.ROOT, format, values);
    out.flush();
  }
}
