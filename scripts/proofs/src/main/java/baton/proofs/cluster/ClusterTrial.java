package baton.proofs.cluster;

import baton.proofs.history.Checker;
import baton.proofs.history.Finding;
import baton.proofs.history.Finding.Kind;
import baton.proofs.history.HistoryFile;
import baton.proofs.history.Judgement;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * A trial of coordinators under load, three on one PostgreSQL or one alone, while {@link Chaos}
 * injects faults.
 *
 * <ol>
 *   <li>All processes start, and the load begins.
 *   <li>Fault follows fault; after each, the relay must go on by itself, and acknowledged requests
 *       that are repeated must get the same answers.
 *   <li>All faults are undone and the load ends; every watcher must have received all events. Every
 *       member is asked for the final state of the jobs, and all must agree.
 *   <li>An independent checker judges the recorded history.
 * </ol>
 */
final class ClusterTrial {
  private static final Duration GOES_ON_WITHIN = Duration.ofSeconds(120);
  private static final Duration REST_WITHIN = Duration.ofSeconds(90);
  private static final Duration TOLD_WITHIN = Duration.ofSeconds(60);
  private static final int WATCHERS = 2;
  private static final int SENT_AGAIN = 20;
  private static final int NOT_NOW = 503;
  private static final int LEAST_BETWEEN_HARMS = 20;
  private static final int MOST_BETWEEN_HARMS = 400;

  private final Settings settings;
  private final SplittableRandom random;
  private final Jobs jobs;
  private final Repeats repeats;
  private final ConcurrentLinkedQueue<Finding> findings = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<ClusterWatcher> watchers = new ArrayList<>();
  private final List<Thread> listening = new ArrayList<>();
  private volatile boolean over;

  /** Receives the progress of the trial. */
  @FunctionalInterface
  interface Observer {
    void harmed(int kills, long acknowledged, String what);
  }

  /**
   * The load of a trial's clients.
   *
   * @param workers how many simulated workers, each with a thread
   * @param jobs how many are open at once
   */
  record Load(int workers, int jobs, Pace pace) {}

  /**
   * The settings of a trial.
   *
   * @param history the file it is recorded in
   * @param whileDown called after each kill, before the next start; used only by a test of the
   *     trial itself
   */
  record Settings(
      int kills, Load load, long seed, Path history, Observer observer, IntConsumer whileDown) {}

  /** The result of a trial. */
  record Result(int kills, int cuts, Judgement judgement) {}

  ClusterTrial(Settings settings) {
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed());
    this.jobs = new Jobs(settings.load().pace());
    this.repeats = new Repeats(random.split());
  }

  Result run(ClusterProcesses cluster) throws Exception {
    try (HistoryFile history = new HistoryFile(settings.history())) {
      cluster.start();
      beginWatchers(cluster, history);
      Operator operator =
          new Operator(
              client("operator", cluster.client("admin"), history),
              jobs,
              settings.load().jobs(),
              persistence(),
              sentence -> findings.add(new Finding(Kind.LOST, sentence)));
      begin("operator", operator::work);
      beginWorkers(cluster, history);
      Chaos chaos = new Chaos(cluster, history, random.split(), settings.whileDown());
      try {
        harm(chaos, history);
        for (Member member : cluster.members()) {
          member.awaitReady();
        }
        requireGoesOn(history);
        sendAgain();
        rest();
        requireAllIsTold(cluster);
        new Remainder(cluster).tell(jobs.all(), history).forEach(findings::add);
      } catch (IOException | RuntimeException e) {
        findings.add(new Finding(Kind.WRONG, e.getMessage() == null ? "" + e : e.getMessage()));
      } finally {
        over = true;
        threads.forEach(Thread::interrupt);
        listening.forEach(Thread::interrupt);
      }
      return new Result(chaos.kills(), chaos.cuts(), judge(history));
    }
  }

  private void harm(Chaos chaos, HistoryFile history) throws Exception {
    while (chaos.kills() < settings.kills() && findings.isEmpty()) {
      requireGoesOn(history);
      sendAgain();
      String what = chaos.next();
      settings.observer().harmed(chaos.kills(), history.acknowledged(), what);
    }
  }

  /**
   * Waits for a number of acknowledgements, not for a time, so that a slow machine is under the
   * same load.
   */
  private void requireGoesOn(HistoryFile history) throws InterruptedException {
    long enough = history.acknowledged() + random.nextInt(LEAST_BETWEEN_HARMS, MOST_BETWEEN_HARMS);
    long least = history.acknowledged() + LEAST_BETWEEN_HARMS;
    long end = System.nanoTime() + GOES_ON_WITHIN.toNanos();
    while (history.acknowledged() < enough && findings.isEmpty()) {
      if (System.nanoTime() > end) {
        if (history.acknowledged() < least) {
          throw new IllegalStateException(
              "The relay did not go on within %d s after the last harm."
                  .formatted(GOES_ON_WITHIN.toSeconds()));
        }
        return;
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Repeats acknowledged requests: they must get the same answers again (R8). */
  private void sendAgain() throws InterruptedException {
    for (Repeats.Repeat repeat : repeats.some(SENT_AGAIN)) {
      try {
        repeat.send().ifPresent(what -> findings.add(new Finding(Kind.WRONG, what)));
      } catch (UnreachableException e) {
        // An after-effect of the last fault; other requests are sent again.
      } catch (ProblemException e) {
        if (e.status() != NOT_NOW) {
          findings.add(
              new Finding(
                  Kind.WRONG, "a request that was acknowledged is now refused: " + e.getMessage()));
        }
      }
    }
  }

  private RecordedClient client(String name, CoordinatorClient client, HistoryFile history) {
    return new RecordedClient(name, client, history, repeats);
  }

  private Persistence persistence() {
    return new Persistence(settings.load().pace(), random.split(), () -> over);
  }

  private void beginWatchers(ClusterProcesses cluster, HistoryFile history) {
    for (int i = 1; i <= WATCHERS; i++) {
      ClusterWatcher watcher =
          new ClusterWatcher(
              "watcher-" + i,
              cluster.members(),
              cluster.token("viewer"),
              Jobs.name(0),
              history,
              random.split());
      watchers.add(watcher);
      Thread thread = new Thread(() -> work(watcher.name(), watcher::work), watcher.name());
      thread.setDaemon(true);
      listening.add(thread);
      thread.start();
    }
  }

  /** Submits a last job, whose event is the last that watchers must hear. */
  private void requireAllIsTold(ClusterProcesses cluster) throws Exception {
    try {
      cluster.client("admin").submit(jobs.spec(0), Optional.of(Jobs.name(0)));
    } catch (ProblemException | UnreachableException e) {
      throw new IllegalStateException("The last job was refused: " + e.getMessage(), e);
    }
    for (ClusterWatcher watcher : watchers) {
      if (!watcher.awaitAll(TOLD_WITHIN.toMillis())) {
        throw new IllegalStateException(
            "%s was not told of the last job within %d s; the last event it heard is %d."
                .formatted(watcher.name(), TOLD_WITHIN.toSeconds(), watcher.last()));
      }
    }
  }

  private void beginWorkers(ClusterProcesses cluster, HistoryFile history) {
    for (int i = 1; i <= settings.load().workers(); i++) {
      String name = "worker-" + i;
      RecordedClient client = client(name, cluster.client("worker"), history);
      begin(name, new SimulatedWorker(name, client, jobs, persistence())::work);
    }
  }

  /** A client that sends requests. */
  @FunctionalInterface
  private interface Part {
    void work() throws ProblemException, InterruptedException;
  }

  private void begin(String name, Part part) {
    Thread thread = new Thread(() -> work(name, part), name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void work(String name, Part part) {
    try {
      part.work();
    } catch (ProblemException e) {
      String sentence = "%s was refused what it may do (%s): %s";
      findings.add(
          new Finding(Kind.WRONG, sentence.formatted(name, e.problem().type(), e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the trial has ended
    } catch (RuntimeException e) {
      findings.add(new Finding(Kind.WRONG, name + " met something unforeseen: " + e));
    }
  }

  /** Waits until every request is answered. */
  private void rest() throws InterruptedException {
    over = true;
    long end = System.nanoTime() + REST_WITHIN.toNanos();
    for (Thread thread : threads) {
      thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
      if (thread.isAlive()) {
        throw new IllegalStateException(
            "%s waited for an answer for over %d s."
                .formatted(thread.getName(), REST_WITHIN.toSeconds()));
      }
    }
  }

  private Judgement judge(HistoryFile history) throws IOException {
    history.flush();
    Judgement judged = Checker.judge(HistoryFile.read(settings.history()));
    List<Finding> all = new ArrayList<>(findings);
    all.addAll(judged.findings());
    return new Judgement(judged.acknowledged(), all);
  }
}
