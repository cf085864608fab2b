package baton.coordinator;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that may block on the database and the stores, so that no other thread does. */
final class IoThreads {
  private static final int THREADS = 16;
  private static final Duration FINISH_AT_MOST = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

  private IoThreads() {}

  static ExecutorService start() {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        THREADS,
        work -> {
          Thread thread = new Thread(work, "io-" + number.incrementAndGet());
          thread.setUncaughtExceptionHandler(
              (dying, why) -> LOG.error("Something was left undone: {}", why.getMessage()));
          return thread;
        });
  }

  /** Waits for running tasks, which may still use the parts that are closed after this. */
  static void finish(ExecutorService io) {
    io.shutdown();
    try {
      io.awaitTermination(FINISH_AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
