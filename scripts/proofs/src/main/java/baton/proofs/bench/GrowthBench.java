package baton.proofs.bench;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.TemporaryFolder;
import baton.protocol.Ask;
import baton.protocol.JobId;
import baton.protocol.Json;
import baton.protocol.SessionId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreMarker;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.message.LeaseRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
 * What a request costs a coordinator's processor as a job's history, the number of jobs and that of
 * waiting workers grow. The jobs are over, but for ten: whatever is open is shown at a glance.
 */
@Command(
    name = "growth",
    mixinStandardHelpOptions = true,
    description =
        "Measure what a request costs as histories, jobs and waiting workers grow; ends with GROWTH OK.")
public final class GrowthBench implements Callable<Integer> {
  private static final double GOAL = 2;
  private static final int OPEN = 10;
  private static final Duration HELD = Duration.ofHours(1);

  @Spec private CommandSpec spec;

  @Option(
      names = "--checkpoints",
      paramLabel = "N",
      split = ",",
      defaultValue = "10,1000,20000",
      description = "How many a job has; default: ${DEFAULT-VALUE}.")
  private List<Integer> checkpoints;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      split = ",",
      defaultValue = "10,1000,10000",
      description = "How many there are; default: ${DEFAULT-VALUE}.")
  private List<Integer> jobs;

  @Option(
      names = "--waiting",
      paramLabel = "N",
      split = ",",
      defaultValue = "0,100",
      description = "How many workers wait for a lease; default: ${DEFAULT-VALUE}.")
  private List<Integer> waiting;

  @Option(
      names = "--requests",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many of each kind are measured; default: ${DEFAULT-VALUE}.")
  private int requests;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "3000",
      description =
          "How many of each kind come before, for the compilers; default: ${DEFAULT-VALUE}.")
  private int warmUp;

  private double worst = 1;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, List<Double>> ofHistory = new LinkedHashMap<>();
    try (Ground ground = new Ground()) {
      for (int many : checkpoints) {
        ground.commitUpTo(many);
        ground.measure(ofHistory);
      }
      ofHistory.put("start", starts(ground, 10));
    }
    table(out, "checkpoints", checkpoints, ofHistory);
    Map<String, List<Double>> ofJobs = new LinkedHashMap<>();
    try (Ground ground = new Ground()) {
      for (int many : jobs) {
        ground.submitUpTo(many);
        ground.measure(ofJobs);
      }
      ofJobs.put("start", starts(ground, 0));
    }
    table(out, "jobs", jobs, ofJobs);
    Map<String, List<Double>> ofWaiting = new LinkedHashMap<>();
    try (Ground ground = new Ground()) {
      for (int many : waiting) {
        ground.waitUpTo(many);
        ground.measure(ofWaiting);
      }
    }
    table(out, "waiting", waiting, ofWaiting);
    boolean isMet = worst <= GOAL;
    out.printf(Locale.ROOT, "GROWTH %s worst=%.2f%n", isMet ? "OK" : "NOT MET", worst);
    out.flush();
    return isMet ? 0 : 1;
  }

  /** The start of a small coordinator, and that of the one that has grown. */
  private List<Double> starts(Ground grown, int commits) throws Exception {
    try (Ground small = new Ground()) {
      small.commitUpTo(commits);
      small.restart(); // the first start of a folder writes more
      double first = small.restart();
      grown.restart();
      return List.of(first, grown.restart());
    }
  }

  private void table(
      PrintWriter out, String axis, List<Integer> sizes, Map<String, List<Double>> found) {
    out.printf(Locale.ROOT, "%n%-12s %s  (µs of a processor each)%n", axis, sizes);
    found.forEach(
        (what, costs) -> {
          double ratio = costs.get(costs.size() - 1) / costs.get(0);
          worst = Math.max(worst, ratio);
          out.printf(
              Locale.ROOT,
              "%-12s %s  %.2f%n",
              what,
              costs.stream().map(cost -> String.format(Locale.ROOT, "%.0f", cost)).toList(),
              ratio);
        });
    out.flush();
  }

  /** A coordinator that reaches a store, and one holder whose job has a history. */
  private final class Ground implements AutoCloseable {
    private final TemporaryFolder folder = TemporaryFolder.named("baton-growth-");
    private final Path store = Files.createDirectory(folder.path().resolve("store"));
    private final CoordinatorServer server =
        new CoordinatorServer(folder.path(), Optional.of(store), line -> {});
    private final List<Thread> waiters = new ArrayList<>();
    private final LeanHolder holder;
    private LeanConnection viewer;
    private int commits;
    private int submitted;

    private Ground() throws Exception {
      Files.writeString(
          store.resolve(StoreMarker.FILE_NAME), StoreMarker.of(PretendHolder.STORE).write());
      server.start();
      viewer = viewer();
      LeanHolder warm = holder("warm-up");
      for (int i = 0; i < warmUp; i++) {
        warm.commit();
        look(warm.job());
      }
      holder = holder("measured");
      submitUpTo(OPEN);
    }

    private LeanHolder holder(String name) throws Exception {
      return PretendHolder.lease(server.client("admin"), server.client("worker"), name)
          .lean(server.uri(), server.token("worker"), Optional.of(store));
    }

    private LeanConnection viewer() throws IOException {
      return new LeanConnection(
          server.uri(), "Authorization: Bearer " + server.token("admin") + "\r\n");
    }

    private void look(JobId job) throws IOException {
      viewer.get("/v1/jobs/" + job);
      viewer.get("/v1/status");
      viewer.get("/v1/jobs?limit=20");
    }

    void commitUpTo(int many) throws IOException {
      for (; commits < many; commits++) {
        holder.commit();
      }
    }

    void submitUpTo(int many) throws Exception {
      CoordinatorClient admin = server.client("admin");
      for (; submitted < many; submitted++) {
        String name = "job-" + submitted;
        JobId job = admin.submit(PretendHolder.spec(name, HELD), Optional.empty()).id();
        if (submitted >= OPEN) {
          admin.cancel(job);
        }
      }
    }

    void waitUpTo(int many) {
      while (waiters.size() < many) {
        String name = "waits-" + waiters.size();
        Thread thread = new Thread(() -> waitForEver(name), name);
        thread.setDaemon(true);
        thread.start();
        waiters.add(thread);
      }
    }

    private void waitForEver(String name) {
      try (LeanConnection connection =
          new LeanConnection(
              server.uri(), "Authorization: Bearer " + server.token("worker") + "\r\n")) {
        for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
          Ask ask =
              PretendHolder.ask(
                  name, new SessionId(name + "-" + i), name + i, new StoreId("another"));
          connection.post(
              "/v1/leases?wait=30", Json.writer().writeValueAsString(LeaseRequest.from(ask)));
        }
      } catch (IOException e) {
        return; // the coordinator was stopped
      }
    }

    void measure(Map<String, List<Double>> costs) throws Exception {
      note(costs, "commit", holder::commit);
      commits += requests;
      note(costs, "job", () -> viewer.get("/v1/jobs/" + holder.job()));
      note(costs, "status", () -> viewer.get("/v1/status"));
      note(costs, "page of jobs", () -> viewer.get("/v1/jobs?limit=20"));
    }

    private void note(Map<String, List<Double>> costs, String what, Rate.Client client)
        throws Exception {
      ThreadTimes before = ThreadTimes.of(server.pid());
      for (int i = 0; i < requests; i++) {
        client.act();
      }
      long nanos = ThreadTimes.of(server.pid()).nanosSince(before);
      costs.computeIfAbsent(what, any -> new ArrayList<>()).add(nanos / 1e3 / requests);
    }

    /** What a start costs until it is ready, compilers included, in microseconds. */
    double restart() throws IOException {
      server.kill();
      server.start();
      viewer = viewer();
      return ThreadTimes.of(server.pid()).nanos().values().stream().mapToLong(n -> n).sum() / 1e3;
    }

    @Override
    public void close() throws IOException {
      waiters.forEach(Thread::interrupt);
      server.close();
      folder.close();
    }
  }
}
