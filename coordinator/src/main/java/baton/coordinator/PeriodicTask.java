package baton.coordinator;

import baton.protocol.IoReason;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done again and again for as long as the coordinator lives, failures or not. */
final class PeriodicTask implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeriodicTask.class);

  private final ScheduledExecutorService thread;
  private final String failure;
  private final Runnable beat;
  private boolean failing;

  private PeriodicTask(String name, String failure, Runnable beat) {
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread heart = new Thread(work, name);
              heart.setDaemon(true); // it may be waiting for somebody else's server
              return heart;
            });
    this.failure = failure;
    this.beat = beat;
  }

  /**
   * @param name of its thread
   * @param failure what a failing beat means, to people
   */
  static PeriodicTask start(String name, String failure, Duration every, Runnable beat) {
    PeriodicTask heartbeat = new PeriodicTask(name, failure, beat);
    heartbeat.thread.scheduleWithFixedDelay(
        heartbeat::tryBeat, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    return heartbeat;
  }

  /** One line when it begins to fail, not one for each beat. */
  private void tryBeat() {
    try {
      beat.run();
      if (failing) {
        LOG.info("It works again; before: {}.", failure);
      }
      failing = false;
    } catch (Throwable e) { // an error must not end what nothing else begins again
      if (!failing) {
        LOG.warn("{}, it is tried again: {}", failure, IoReason.of(e));
      }
      failing = true;
    }
  }

  /** Returns after the last beat. */
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
