package baton.scripts.bench;

import baton.protocol.client.CoordinatorClient;
import baton.scripts.process.CoordinatorServer;
import baton.scripts.process.TemporaryFolder;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Many live workers on one small coordinator: each renews on its own beat, whether or not the one
 * before was answered in time, so a slow answer is not hidden by the requests it holds up.
 */
@Command(
    name = "heartbeats",
    mixinStandardHelpOptions = true,
    description = "Measure one small coordinator with many live workers.")
public final class Heartbeats implements Callable<Integer> {
  private static final int SENDERS = 16;

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
            new CoordinatorServer(folder.path(), Optional.empty(), line -> {})) {
      server.start();
      List<PretendHolder> holders = lease(server, out);
      beat(holders, every); // whoever renews for the first time
      Duration cpu = cpu(server);
      long begun = System.nanoTime();
      Rate rate = beat(holders, seconds);
      double busy = (cpu(server).toNanos() - cpu.toNanos()) / (double) (System.nanoTime() - begun);
      print(
          out,
          "%d workers, a renewal every %d s: %.0f per second, p50 %.2f ms, p99 %.2f ms%n",
          workers,
          every,
          rate.perSecond(),
          rate.median().toNanos() / 1e6,
          rate.p99().toNanos() / 1e6);
      print(out, "coordinator: %.1f %% of one core, %s%n", busy * 100, Memory.of(server.pid()));
    }
    return 0;
  }

  private List<PretendHolder> lease(CoordinatorServer server, PrintWriter out) throws Exception {
    CoordinatorClient admin = server.client("admin");
    CoordinatorClient worker = server.client("worker");
    long begun = System.nanoTime();
    List<PretendHolder> holders = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      holders.add(PretendHolder.lease(admin, worker, "job-" + i));
      if (holders.size() % 1_000 == 0) {
        print(
            out,
            "%d of %d workers hold a lease, after %.0f s%n",
            holders.size(),
            workers,
            (System.nanoTime() - begun) / 1e9);
      }
    }
    return holders;
  }

  /** Latencies count from the instant a renewal was due. */
  private Rate beat(List<PretendHolder> holders, int length) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(SENDERS);
    long begin = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
    double apart = every * 1e9 / holders.size();
    long beats = (long) (length * 1e9 / apart);
    try {
      List<Callable<long[]>> senders = new ArrayList<>();
      for (int sender = 0; sender < SENDERS; sender++) {
        long first = sender;
        senders.add(() -> send(holders, begin, apart, first, beats));
      }
      List<Long> all = new ArrayList<>();
      for (Future<long[]> done : threads.invokeAll(senders)) {
        for (long nanos : done.get()) {
          all.add(nanos);
        }
      }
      long[] nanos = all.stream().mapToLong(Long::longValue).toArray();
      return Rate.of(holders.size(), nanos, Duration.ofSeconds(length));
    } finally {
      threads.shutdownNow();
    }
  }

  private static long[] send(
      List<PretendHolder> holders, long begin, double apart, long first, long beats)
      throws Exception {
    int many = (int) ((beats - first + SENDERS - 1) / SENDERS);
    long[] nanos = new long[many];
    for (int i = 0; i < many; i++) {
      long beat = first + (long) i * SENDERS;
      long due = begin + (long) (beat * apart);
      long early = due - System.nanoTime();
      if (early > 0) {
        TimeUnit.NANOSECONDS.sleep(early);
      }
      holders.get((int) (beat % holders.size())).renew();
      nanos[i] = System.nanoTime() - due;
    }
    return nanos;
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
