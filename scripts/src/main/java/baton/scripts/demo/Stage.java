package baton.scripts.demo;

import baton.protocol.Cadence;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.JobView;
import baton.scripts.process.CoordinatorServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Where the demo plays: a folder with a store, a coordinator, and who listens. */
final class Stage implements AutoCloseable {
  private static final Duration TTL = Duration.ofSeconds(2);
  private static final int BATCHES_BETWEEN_SAVES = 20;

  final StagedStore store;
  final CoordinatorServer coordinator;
  private final Path folder;
  private final Consumer<String> lines;
  private final long begun = System.nanoTime();

  Stage(Path folder, boolean onDrive, Consumer<String> lines) throws IOException {
    this.folder = folder;
    this.lines = lines;
    this.store =
        onDrive
            ? new DriveOnStage(folder, fault -> say("drive", fault))
            : new DirectoryOnStage(Files.createDirectory(folder.resolve("store")));
    this.coordinator = new CoordinatorServer(folder, store.ofCoordinator(), line -> {});
    Duration took = startOrClose();
    say("coordinator", "ready at %s after %.1f s".formatted(coordinator.uri(), seconds(took)));
  }

  private Duration startOrClose() {
    try {
      return coordinator.start();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** A request to the coordinator, by a client of some role. */
  interface Request<T> {
    T to(CoordinatorClient client)
        throws ProblemException, UnreachableException, InterruptedException;
  }

  <T> T ask(String role, Request<T> request) {
    try {
      return request.to(coordinator.client(role));
    } catch (ProblemException | UnreachableException e) {
      throw new StageFailure("the coordinator did not answer as it should: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StageFailure("interrupted");
    }
  }

  JobView submit(String name, long seed, int epochs, int segmentEpochs) {
    Policy base = Policy.DEFAULT;
    Policy policy =
        new Policy(
            TTL,
            segmentEpochs,
            new Cadence(BATCHES_BETWEEN_SAVES, Cadence.Unit.BATCHES),
            base.keepLast(),
            base.lostInARow(),
            base.stallsInARow(),
            base.sessionsToFail(),
            base.barFor(),
            base.limits());
    JobSpec spec = new JobSpec(name, "digits", Map.of(), epochs, seed, 0, Optional.empty(), policy);
    return ask("admin", client -> client.submit(spec, Optional.empty()));
  }

  /** A file with the worker's token, since no command line should carry it. */
  Path workerToken() {
    Path file = folder.resolve("worker-token");
    try {
      Files.writeString(file, coordinator.token("worker"));
    } catch (IOException e) {
      throw new StageFailure("the token cannot be written: " + e.getMessage());
    }
    return file;
  }

  Path spool(String worker) {
    try {
      return Files.createDirectories(folder.resolve("spool").resolve(worker));
    } catch (IOException e) {
      throw new StageFailure("the spool cannot be made: " + e.getMessage());
    }
  }

  void say(String who, String what) {
    double seconds = seconds(Duration.ofNanos(System.nanoTime() - begun));
    synchronized (lines) {
      lines.accept(String.format(Locale.ROOT, "%6.1f  %-12s %s", seconds, who, what));
    }
  }

  void print(String text) {
    synchronized (lines) {
      lines.accept(text);
    }
  }

  @Override
  public void close() {
    coordinator.close();
    store.close();
  }

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
