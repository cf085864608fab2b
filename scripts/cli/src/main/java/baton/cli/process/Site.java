package baton.cli.process;

import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.JobView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A test bed for a relay with real processes: a folder with a coordinator of its own, and
 * everything that its workers need.
 */
public final class Site implements AutoCloseable {
  private static final Duration GLANCE = Duration.ofMillis(50);
  private static final Duration MOST_TO_COMPLETE = Duration.ofSeconds(30);

  private final Path folder;
  private final CoordinatorServer coordinator;

  /**
   * Creates a site; starts nothing yet.
   *
   * @param store a directory store that the coordinator itself checks and prunes
   */
  public Site(Path folder, Optional<Path> store) {
    this(folder, store, line -> {});
  }

  /**
   * @param lines called with every line that the coordinator prints
   */
  public Site(Path folder, Optional<Path> store, Consumer<String> lines) {
    this.folder = folder;
    this.coordinator = new CoordinatorServer(folder, store, lines);
  }

  /** Starts the coordinator; returns once it is ready, with the time it took. */
  public Duration open() {
    try {
      return coordinator.start();
    } catch (IllegalStateException e) {
      close();
      throw new SiteFailure(e.getMessage());
    }
  }

  public CoordinatorServer coordinator() {
    return coordinator;
  }

  /** A request to the coordinator, by a client of some role. */
  public interface Request<T> {
    T to(CoordinatorClient client)
        throws ProblemException, UnreachableException, InterruptedException;
  }

  /** The answer to a request that must succeed. */
  public <T> T ask(String role, Request<T> request) {
    try {
      return request.to(coordinator.client(role));
    } catch (ProblemException | UnreachableException e) {
      throw new SiteFailure("the coordinator did not answer as it should: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SiteFailure("interrupted");
    }
  }

  public JobId submit(JobSpec spec) {
    return ask("admin", client -> client.submit(spec, Optional.empty())).id();
  }

  public JobView job(JobId id) {
    return ask("viewer", client -> client.job(id));
  }

  /** Waits until the job is complete, and returns it. */
  public JobView complete(JobId id) {
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < MOST_TO_COMPLETE.toNanos()) {
      JobView job = job(id);
      if (job.state().equals("COMPLETE")) {
        return job;
      }
      pause(GLANCE);
    }
    throw new SiteFailure("the job was not committed to its end");
  }

  /** A file with the worker's token, which must not be on a command line. */
  Path workerToken() {
    Path file = folder.resolve("worker-token");
    try {
      Files.writeString(file, coordinator.token("worker"));
    } catch (IOException e) {
      throw new SiteFailure("the token cannot be written: " + e.getMessage());
    }
    return file;
  }

  Path spool(String worker) {
    try {
      return Files.createDirectories(folder.resolve("spool").resolve(worker));
    } catch (IOException e) {
      throw new SiteFailure("the spool cannot be made: " + e.getMessage());
    }
  }

  private static void pause(Duration length) {
    try {
      Thread.sleep(length.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SiteFailure("interrupted");
    }
  }

  @Override
  public void close() {
    coordinator.close();
  }
}
