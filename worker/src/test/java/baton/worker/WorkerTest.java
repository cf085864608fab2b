package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.protocol.Cadence;
import baton.protocol.Checkpoint;
import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.Retention;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.ManifestJson;
import baton.storage.directory.DirectoryStore;
import baton.worker.segment.Action;
import baton.worker.segment.SegmentSettings;
import baton.worker.segment.TroubleException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole sessions: real threads, a real store, a program that counts. */
@Timeout(20)
class WorkerTest {
  private static final SegmentSettings ONCE = SegmentSettings.DEFAULT.forOneLease();

  @TempDir Path folder;

  private static JobSpec job(int epochs) {
    Policy p = Policy.DEFAULT;
    Policy policy =
        p.withTtl(Duration.ofSeconds(1))
            .withSegmentEpochs(1)
            .withCadence(Cadence.EVERY_EPOCH)
            .keeping(3, Retention.NEWEST_ONLY);
    return JobSpec.of("count", "counter", epochs).withSeed(42).withPolicy(policy);
  }

  private Worker worker(
      MemoryCoordinator coordinator, SegmentSettings settings, Counter.BeforeBatch hook)
      throws Exception {
    return worker(coordinator, settings, new Counter(hook));
  }

  private Worker worker(MemoryCoordinator coordinator, SegmentSettings settings, Counter program)
      throws Exception {
    DirectoryStore store =
        DirectoryStore.open(folder.resolve("store"), () -> new StoreId("store-1"));
    return new Worker(
        new Worker.Parts(
            coordinator,
            OpenedStore.of(store),
            List.of(program),
            "cpu",
            Scratch.in(folder.resolve("scratch")),
            Caches.in(folder.resolve("cache"))),
        "anna",
        settings,
        new Nobody(),
        new SecureRandom());
  }

  /** A session that trains each epoch only once the one before it is committed. */
  private Action.Exit.Why run(MemoryCoordinator coordinator, SegmentSettings settings)
      throws Exception {
    Counter.BeforeBatch inStep =
        position -> await().until(() -> coordinator.position().epoch() >= position.epoch());
    try (Worker worker = worker(coordinator, settings, inStep)) {
      return worker.run().why();
    }
  }

  private static CompletableFuture<Action.Exit> runApart(Worker worker) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return worker.run();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void aRelayOverThreeSessionsEqualsTheUnbrokenRun() throws Exception {
    MemoryCoordinator unbroken = new MemoryCoordinator(job(3));
    run(unbroken, ONCE);
    assertThat(unbroken.isComplete()).isTrue();

    MemoryCoordinator relay = new MemoryCoordinator(job(3)).turnIsOver(true);
    for (int session = 1; session <= 3; session++) {
      assertThat(run(relay, ONCE)).isEqualTo(Action.Exit.Why.DONE);
      assertThat(relay.position()).isEqualTo(Position.ofEpochs(session));
    }
    assertThat(relay.isComplete()).isTrue();
    assertThat(relay.head().orElseThrow().stateDigest())
        .isEqualTo(unbroken.head().orElseThrow().stateDigest());
  }

  @Test
  void aProgramIsHandedItsDataAndEveryManifestNamesIt() throws Exception {
    Path shelf = Files.createDirectories(folder.resolve("shelf"));
    Files.writeString(shelf.resolve("numbers.txt"), "1 2 3");
    Data data = numbers(shelf);
    MemoryCoordinator coordinator = new MemoryCoordinator(jobOn(data));
    Counter reads = new Counter(position -> {});
    try (Worker worker = worker(coordinator, ONCE, reads)) {
      assertThat(worker.run().why()).isEqualTo(Action.Exit.Why.DONE);
    }
    assertThat(coordinator.isComplete()).isTrue();
    assertThat(reads.data().map(files -> files.resolve("numbers.txt")))
        .hasValueSatisfying(file -> assertThat(file).hasContent("1 2 3"));
    for (Path manifest : manifests()) {
      assertThat(ManifestJson.read(Files.readString(manifest)).dataDigest())
          .contains(data.digest());
    }
  }

  @Test
  void dataThatIsOutOfReachIsATroubleOfTheMachineAndTheProgramIsNotStarted() throws Exception {
    Path shelf = Files.createDirectories(folder.resolve("shelf"));
    Files.writeString(shelf.resolve("numbers.txt"), "1 2 3");
    Data data = numbers(shelf);
    Files.writeString(shelf.resolve("numbers.txt"), "1 2 4");
    MemoryCoordinator coordinator = new MemoryCoordinator(jobOn(data));
    try (Worker worker = worker(coordinator, ONCE, new Counter(position -> {}))) {
      assertThat(worker.run().why()).isEqualTo(Action.Exit.Why.MACHINE);
    }
    assertThat(coordinator.releases())
        .singleElement()
        .satisfies(
            r ->
                assertThat(r.trouble().orElseThrow().message())
                    .contains("numbers.txt")
                    .contains("another sha256"));
    assertThat(coordinator.committed()).isEmpty();
  }

  private static Data numbers(Path shelf) throws Exception {
    Path file = shelf.resolve("numbers.txt");
    return new Data(
        "numbers",
        1,
        List.of(
            new DataFile(
                "numbers.txt",
                Files.size(file),
                Sha256.ofFile(file),
                new DataSource.Directory(shelf.toString()))));
  }

  private static JobSpec jobOn(Data data) {
    return job(2).withData(data);
  }

  private List<Path> manifests() throws Exception {
    try (Stream<Path> all = Files.walk(folder.resolve("store"))) {
      return all.filter(file -> file.endsWith("manifest.json")).toList();
    }
  }

  @Test
  void aSessionToldToEndHandsOverInMidEpochAndNothingIsLost() throws Exception {
    MemoryCoordinator unbroken = new MemoryCoordinator(job(2));
    run(unbroken, ONCE);

    MemoryCoordinator coordinator = new MemoryCoordinator(job(2));
    CountDownLatch there = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    Counter.BeforeBatch pause =
        position -> {
          if (position.equals(new Position(1, 2))) {
            there.countDown();
            awaitQuietly(told);
          }
        };
    try (Worker worker = worker(coordinator, SegmentSettings.DEFAULT, pause)) {
      CompletableFuture<Action.Exit> session = runApart(worker);
      there.await();
      worker.shutDown();
      told.countDown();
      assertThat(session.get(10, TimeUnit.SECONDS).why()).isEqualTo(Action.Exit.Why.DONE);
    }
    assertThat(coordinator.position()).isEqualTo(new Position(1, 3));
    assertThat(coordinator.releases())
        .singleElement()
        .satisfies(r -> assertThat(r.why()).isEqualTo(ReleaseReason.SESSION_ENDING));

    run(coordinator, ONCE);
    assertThat(coordinator.head().orElseThrow().stateDigest())
        .isEqualTo(unbroken.head().orElseThrow().stateDigest());
  }

  @Test
  void outOfReachItTrainsToTheEndAndCommitsAllOfItOnReturn() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(4));
    CountDownLatch trained = new CountDownLatch(4 * Counter.BATCHES);
    try (Worker worker =
        worker(
            coordinator,
            ONCE,
            position -> {
              if (position.equals(new Position(0, 1))) {
                coordinator.outOfReach(true);
              }
              trained.countDown();
            })) {
      CompletableFuture<Action.Exit> session = runApart(worker);
      trained.await();
      await().until(() -> coordinator.renewals() > 0);
      assertThat(coordinator.committed()).isEmpty();
      coordinator.outOfReach(false);
      assertThat(session.get(10, TimeUnit.SECONDS).why()).isEqualTo(Action.Exit.Why.DONE);
    }
    assertThat(coordinator.isComplete()).isTrue();
    assertThat(coordinator.committed())
        .extracting(Checkpoint::position)
        .isSorted()
        .endsWith(Position.ofEpochs(4));
  }

  @Test
  void aLeaseTakenAwayStopsTheWorkAndDeletesNothing() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(2));
    CountDownLatch there = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    try (Worker worker =
        worker(
            coordinator,
            ONCE,
            position -> {
              if (position.equals(new Position(1, 2))) {
                there.countDown();
                awaitQuietly(gone);
              }
            })) {
      CompletableFuture<Action.Exit> session = runApart(worker);
      there.await();
      await().until(() -> coordinator.committed().size() == 1);
      List<Path> before = storedFiles();
      coordinator.takeLeaseAway();
      await().until(() -> coordinator.renewals() > 0);
      gone.countDown();
      session.get(10, TimeUnit.SECONDS);
      assertThat(storedFiles()).isEqualTo(before);
    }
    assertThat(coordinator.position()).isEqualTo(Position.ofEpochs(1));
    assertThat(coordinator.releases()).isEmpty();
  }

  @Test
  void aProgramThatHangsKeepsNoSessionFromEnding() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(2));
    SegmentSettings impatient =
        new SegmentSettings(
            Optional.empty(),
            false,
            Duration.ofMinutes(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(18),
            Duration.ofMillis(300));
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (Worker worker =
        worker(
            coordinator,
            impatient,
            position -> {
              hangs.countDown();
              awaitQuietly(never);
            })) {
      CompletableFuture<Action.Exit> session = runApart(worker);
      hangs.await();
      coordinator.takeLeaseAway();
      assertThat(session.get(10, TimeUnit.SECONDS).why()).isEqualTo(Action.Exit.Why.HUNG);
    }
    assertThat(coordinator.asks()).as("it asks for no lease it could not serve").isEqualTo(1);
  }

  @Test
  void aProgramThatHangsAndCanBeFreedCostsTheLeaseAndNotTheSession() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(2));
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Counter hanging =
        new Counter(
            position -> {
              if (hangs.getCount() > 0) {
                hangs.countDown();
                awaitQuietly(never);
                throw new TroubleException(Trouble.machine("It was told to stop.", "Nothing."));
              }
            },
            true);
    try (Worker worker = worker(coordinator, SegmentSettings.DEFAULT, hanging)) {
      CompletableFuture<Action.Exit> session = runApart(worker);
      hangs.await();
      coordinator.takeLeaseAway();
      await().until(coordinator::isComplete);
      assertThat(session).isNotDone();
      assertThat(coordinator.releases()).allMatch(release -> release.trouble().isEmpty());
    }
    assertThat(coordinator.asks()).isGreaterThan(1);
  }

  @Test
  void aWorkerThatIsClosedLeavesNobodyTraining() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(2));
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch freed = new CountDownLatch(1);
    Counter hanging =
        new Counter(
            position -> {
              hangs.countDown();
              awaitQuietly(new CountDownLatch(1));
              freed.countDown();
            },
            true);
    try (Worker worker = worker(coordinator, SegmentSettings.DEFAULT, hanging)) {
      runApart(worker);
      hangs.await();
    }
    assertThat(freed.getCount()).isZero();
  }

  @Test
  void renewalsDoNotWaitForABatch() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(1));
    try (Worker worker =
        worker(
            coordinator,
            ONCE,
            position -> {
              if (position.equals(Position.START)) {
                await().until(() -> coordinator.renewals() >= 3);
              }
            })) {
      worker.run();
    }
    assertThat(coordinator.isComplete()).isTrue();
  }

  @Test
  void aProgramsErrorIsToldAndEndsASessionOfOneLease() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(1));
    Trouble trouble = Trouble.program("The loss is not a number.", "Lower the learning rate.");
    try (Worker worker =
        worker(
            coordinator,
            ONCE,
            position -> {
              throw new TroubleException(trouble);
            })) {
      assertThat(worker.run().why()).isEqualTo(Action.Exit.Why.PROGRAM);
    }
    assertThat(coordinator.releases())
        .singleElement()
        .satisfies(r -> assertThat(r.trouble()).contains(trouble));
  }

  @Test
  void anExceptionOfTheProgramIsASentenceWithoutAStackTrace() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(1));
    try (Worker worker =
        worker(
            coordinator,
            ONCE,
            position -> {
              throw new IndexOutOfBoundsException("Index 8 out of bounds for length 8");
            })) {
      worker.run();
    }
    assertThat(coordinator.releases().get(0).trouble().orElseThrow().message())
        .isEqualTo(
            "The program failed: IndexOutOfBoundsException: Index 8 out of bounds for length 8.");
  }

  @Test
  void withoutWorkASessionEndsAndLeavesNothingOnTheDisk() throws Exception {
    MemoryCoordinator coordinator = new MemoryCoordinator(job(1));
    run(coordinator, ONCE);
    assertThat(run(coordinator, SegmentSettings.DEFAULT.idleFor(Duration.ofMillis(200))))
        .isEqualTo(Action.Exit.Why.IDLE);
    assertThat(folder.resolve("scratch")).isEmptyDirectory();
  }

  private List<Path> storedFiles() throws Exception {
    try (Stream<Path> all = Files.walk(folder.resolve("store"))) {
      return all.sorted().toList();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
