package baton.coordinator;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done several times a second for as long as the coordinator lives, failures or not. */
final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "heartbeat"));

  private final Runnable beat;
  private boolean failing;

  private Heartbeat(Runnable beat) {
    this.beat = beat;
  }

  static Heartbeat start(Duration every, Runnable beat) {
    Heartbeat heartbeat = new Heartbeat(beat);
    heartbeat.thread.scheduleWithFixedDelay(
        heartbeat::tryBeat, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    return heartbeat;
  }

  /** One line when it begins to fail, not one for each beat. */
  private void tryBeat() {
    try {
      beat.run();
      failing = false;
    } catch (RuntimeException e) {
      if (!failing) {
        LOG.warn("Leases are not being watched, it is tried again: {}", e.getMessage());
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
