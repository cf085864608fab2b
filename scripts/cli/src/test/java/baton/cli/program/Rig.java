package baton.cli.program;

import static org.awaitility.Awaitility.await;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.JavaProcess;
import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.Retention;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.message.JobView;
import baton.worker.WorkerMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A coordinator and workers with one script, all real processes. */
final class Rig implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration TTL = Duration.ofSeconds(2);
  private static final List<String> FLAGS =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** Three numbers that Python's own generator moves; at e1-b3 it hangs until a file is there. */
  static final String SCRIPT =
      """
      import os, random, time
      import baton

      job = baton.job(epochs=3, seed=1, rate=0.1)
      go = os.path.join(os.path.dirname(os.path.abspath(__file__)), "go")
      print("pid", os.getpid(), flush=True)
      weights = {"w": [random.random() for _ in range(3)]}
      run = baton.resume(state=weights)
      for x in run.batches([1.0, 2.0, 3.0, 4.0, 5.0]):
          while run.epoch == 1 and x == 4.0 and not os.path.exists(go):
              time.sleep(0.01)
          weights["w"] = [w - job.rate * (w - x * random.random()) for w in weights["w"]]
          run.step(loss=sum(weights["w"]))
          if run.epoch_ended:
              run.evaluated(sum=sum(weights["w"]))
      """;

  private final Path folder;
  private final CoordinatorServer coordinator;
  private final List<Runner> runners = new ArrayList<>();
  private final CoordinatorClient admin;

  Rig(Path folder) throws IOException {
    this.folder = folder;
    Path store = Files.createDirectories(folder.resolve("store"));
    coordinator = new CoordinatorServer(folder, Optional.of(store), line -> {});
    coordinator.start();
    admin = coordinator.client("admin");
    Files.writeString(folder.resolve("token"), coordinator.token("worker"));
    write(SCRIPT);
  }

  void write(String script) throws IOException {
    Files.writeString(folder.resolve("train.py"), script);
  }

  /** Where workers put what a child of theirs needs, on the local disk. */
  List<Path> homesOfChildren() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("spool"))) {
      return all.filter(path -> path.endsWith("lib")).map(Path::getParent).toList();
    }
  }

  /** Whether scripts get past e1-b3. */
  void mayPass(boolean may) throws IOException {
    Path go = folder.resolve("go");
    Files.deleteIfExists(go);
    if (may) {
      Files.createFile(go);
    }
  }

  JobId submit(String name) throws Exception {
    Policy p = Policy.DEFAULT;
    Policy policy =
        p.withTtl(TTL)
            .withSegmentEpochs(1)
            .withCadence(new Cadence(2, Cadence.Unit.BATCHES))
            .keeping(3, Retention.NEWEST_ONLY);
    JobSpec spec = JobSpec.of(name, "toy", 3).withSeed(42).withPolicy(policy);
    return admin.submit(spec, Optional.empty()).id();
  }

  JobView job(JobId id) throws Exception {
    return admin.job(id);
  }

  JobView complete(JobId id) {
    await().atMost(PATIENCE).until(() -> job(id).state().equals("COMPLETE"));
    return await().until(() -> job(id), job -> true);
  }

  /** Waits until there is a checkpoint to go on from. */
  void committed(JobId id) {
    await().atMost(PATIENCE).until(() -> job(id).head() != null);
  }

  List<String> endings(JobId id) throws Exception {
    return admin.segments(id).stream().map(segment -> "" + segment.ended()).toList();
  }

  void acceptChange(JobId id) throws Exception {
    admin.resumeAcceptingChange(id, "accepted");
  }

  void cancel(JobId id) throws Exception {
    admin.cancel(id);
  }

  Runner worker(String name, String... more) {
    Runner runner = new Runner(name, more);
    runners.add(runner);
    return runner;
  }

  /** A worker, and what it says. */
  final class Runner {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final JavaProcess process;

    private Runner(String name, String... more) {
      List<String> arguments = new ArrayList<>();
      arguments.addAll(List.of("--coordinator", coordinator.uri().toString(), "--name", name));
      arguments.addAll(List.of("--token-file", folder.resolve("token").toString()));
      arguments.addAll(List.of("--store-dir", folder.resolve("store").toString()));
      arguments.addAll(List.of("--spool", folder.resolve("spool").toString()));
      arguments.addAll(List.of("--program", "toy=python3 '" + folder.resolve("train.py") + "'"));
      arguments.add("--report-batches");
      arguments.addAll(List.of(more));
      process = JavaProcess.start(WorkerMain.class, FLAGS, arguments, Map.of(), lines::add);
    }

    /** Waits until it has said what ends like this; returns the first group. */
    String says(String regex) {
      Pattern pattern = Pattern.compile(".*" + regex);
      await()
          .atMost(PATIENCE)
          .failFast(() -> !process.isAlive() && found(pattern).isEmpty())
          .until(() -> found(pattern).isPresent());
      return found(pattern).orElseThrow();
    }

    private Optional<String> found(Pattern pattern) {
      return lines.stream()
          .map(pattern::matcher)
          .filter(Matcher::matches)
          .map(found -> found.groupCount() == 0 ? found.group() : found.group(1))
          .findFirst();
    }

    /** The process of the script, once it hangs. */
    ProcessHandle hangingScript() {
      says("at e1-b3 loss .*");
      return ProcessHandle.of(Long.parseLong(says("toy\\| pid (\\d+)"))).orElseThrow();
    }

    /** What it says from now on counts. */
    void forget() {
      lines.clear();
    }

    void kill() {
      process.kill();
    }

    int ends() {
      return process.awaitEnd();
    }

    String text() {
      return String.join("\n", lines);
    }
  }

  @Override
  public void close() {
    runners.forEach(Runner::kill);
    coordinator.close();
  }
}
