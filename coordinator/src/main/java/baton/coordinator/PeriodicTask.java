package baton.coordinator;

import baton.protocol.IoReason;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task that is repeated as long as the coordinator runs, even if it fails. */
final class PeriodicTask implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeriodicTask.class);

  private final ScheduledExecutorService thread;
  private final String failure;
  private final Runnable task;
  private boolean failing;

  private PeriodicTask(String name, String failure, Runnable task) {
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread daemon = new Thread(work, name);
              daemon.setDaemon(true); // it may be waiting for another server
              return daemon;
            });
    this.failure = failure;
    this.task = task;
  }

  /**
   * @param name the name of its thread
   * @param failure for people, what it means if a run fails
   */
  static PeriodicTask start(String name, String failure, Duration every, Runnable task) {
    PeriodicTask periodic = new PeriodicTask(name, failure, task);
    periodic.thread.scheduleWithFixedDelay(
        periodic::tryRun, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    return periodic;
  }

  /** Runs the task; logs one line when it begins to fail, not one for each run. */
  private void tryRun() {
    try {
      task.run();
      if (failing) {
        LOG.info("It works again; before: {}.", failure);
      }
      failing = false;
    } catch (Throwable e) { // an error must not end the task, since nothing restarts it
      if (!failing) {
        LOG.warn("{}, it is tried again: {}", failure, IoReason.of(e));
      }
      failing = true;
    }
  }

  /** Returns after the last run. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      thread.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
