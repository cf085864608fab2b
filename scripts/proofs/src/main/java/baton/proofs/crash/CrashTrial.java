package baton.proofs.crash;

import baton.cli.process.CoordinatorServer;
import baton.proofs.process.CoordinatorLog;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A coordinator under load that is killed at random instants.
 *
 * <ol>
 *   <li>It starts, and the load begins.
 *   <li>After a random number of acknowledgements it is killed; now and then the start that follows
 *       is killed as well.
 *   <li>It is ready again, and is looked at while the load goes on.
 *   <li>In the end the load comes to rest, and it is looked at once more.
 * </ol>
 */
final class CrashTrial {
  private static final int WORKERS = 6;
  private static final int MOST_BETWEEN_KILLS = 200;
  private static final Duration LONGEST_BETWEEN_KILLS = Duration.ofSeconds(3);
  private static final int MOST_MILLIS_LATER = 20;
  private static final int START_KILLED_ONE_IN = 6;
  private static final int LONGEST_START_MILLIS = 1_000;
  private static final Duration REST_WITHIN = Duration.ofSeconds(60);

  private final Path folder;
  private final Settings settings;
  private final SplittableRandom random;
  private final Ledger ledger = new Ledger();
  private final Repeats repeats;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;
  private int kills;

  /** Something done to a coordinator's data directory while it is down. */
  @FunctionalInterface
  interface WhileDown {
    void accept(Path data, int kills) throws Exception;
  }

  /** Who hears how far the trial is. */
  interface Observer {
    void ready(int kills, int acknowledged, Duration took);
  }

  /** One of those who send requests. */
  interface Part {
    void step() throws ProblemException, InterruptedException;
  }

  /**
   * What a trial is.
   *
   * @param whileDown nothing, except in a test of the trial itself
   */
  record Settings(int kills, long seed, Observer observer, WhileDown whileDown) {}

  CrashTrial(Path folder, Settings settings) {
    this.folder = folder;
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed());
    this.repeats = new Repeats(random.split());
  }

  /** Stops at the first thing that is wrong. */
  CrashVerdict run() throws Exception {
    try (CoordinatorLog log = new CoordinatorLog(folder.resolve("coordinator.log"));
        CoordinatorServer coordinator = new CoordinatorServer(folder, Optional.empty(), log)) {
      observe(coordinator.start());
      load(coordinator);
      Audit audit = new Audit(coordinator.client("viewer"), ledger, repeats);
      while (kills < settings.kills() && ledger.findings().isEmpty()) {
        awaitRandomInstant();
        kill(coordinator);
        if (kills < settings.kills() && random.nextInt(START_KILLED_ONE_IN) == 0) {
          coordinator.launch();
          TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_START_MILLIS));
          endWithKill(coordinator);
        }
        observe(coordinator.start());
        audit.look();
      }
      if (ledger.findings().isEmpty()) {
        rest();
        audit.look();
      }
    } catch (IOException | RuntimeException e) {
      ledger.add(CrashFinding.wrong(e.getMessage() == null ? e.toString() : e.getMessage()));
    } finally {
      over = true;
      threads.forEach(Thread::interrupt);
    }
    return new CrashVerdict(kills, ledger.acknowledged(), ledger.findings());
  }

  /** By acknowledgements, and a little later: a slow machine is under the same load so. */
  private void awaitRandomInstant() throws InterruptedException {
    int acknowledged = ledger.acknowledged() + random.nextInt(1, MOST_BETWEEN_KILLS);
    long end = System.nanoTime() + LONGEST_BETWEEN_KILLS.toNanos();
    while (ledger.acknowledged() < acknowledged && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(MOST_MILLIS_LATER));
  }

  private void kill(CoordinatorServer coordinator) throws Exception {
    if (!coordinator.isAlive()) {
      throw new IllegalStateException("The coordinator ended by itself; see its log.");
    }
    endWithKill(coordinator);
  }

  private void endWithKill(CoordinatorServer coordinator) throws Exception {
    coordinator.kill();
    kills++;
    settings.whileDown().accept(coordinator.data(), kills);
  }

  private void observe(Duration took) {
    settings.observer().ready(kills, ledger.acknowledged(), took);
  }

  private void load(CoordinatorServer coordinator) {
    CoordinatorClient admin = coordinator.client("admin");
    begin("operator", new LoadOperator(admin, ledger, repeats, random.split()));
    for (int i = 1; i <= WORKERS; i++) {
      String name = "worker-" + i;
      begin(
          name,
          new LoadWorker(name, coordinator.client("worker"), ledger, repeats, random.split()));
    }
  }

  private void begin(String name, Part part) {
    Thread thread = new Thread(() -> goOn(name, part), name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void goOn(String name, Part part) {
    try {
      while (!over) {
        part.step();
      }
    } catch (ProblemException e) {
      ledger.add(
          CrashFinding.wrong(
              "%s was refused what it may do (%s): %s"
                  .formatted(name, e.problem().type(), e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the trial is over
    } catch (RuntimeException e) {
      ledger.add(CrashFinding.wrong("%s met something unforeseen: %s".formatted(name, e)));
    }
  }

  /** Nobody is left without an answer. */
  private void rest() throws InterruptedException {
    over = true;
    long end = System.nanoTime() + REST_WITHIN.toNanos();
    for (Thread thread : threads) {
      long left = Math.max(1, (end - System.nanoTime()) / 1_000_000);
      thread.join(left);
      if (thread.isAlive()) {
        ledger.add(
            CrashFinding.wrong(
                "%s waited for an answer for over %d s"
                    .formatted(thread.getName(), REST_WITHIN.toSeconds())));
      }
    }
  }
}
