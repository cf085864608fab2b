package baton.proofs.bench;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Renewals of many holders, each at a fixed rate, even if the last one was not answered in time.
 * Latencies count from the instant a renewal was due, so a slow answer does not hide the delay of
 * the requests behind it.
 */
final class Beats implements AutoCloseable {
  private static final int SENDERS = 16;

  private final ScheduledExecutorService senders = Executors.newScheduledThreadPool(SENDERS);
  private final long origin = System.nanoTime();
  private final long every;
  private final int holders;
  private final Queue<Long> latencies = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean counts;
  private int begun;

  /**
   * @param holders how many holders there will be; their renewals are spread evenly
   */
  Beats(Duration every, int holders) {
    this.every = every.toNanos();
    this.holders = holders;
  }

  /** Starts the renewals of this holder. */
  void begin(PretendHolder holder) {
    long offset = every * begun++ / holders;
    long passed = System.nanoTime() - origin;
    long beats = Math.max(0, (passed - offset) / every + 1);
    long first = offset + beats * every;
    senders.scheduleAtFixedRate(
        new Beat(holder, origin + first), first - passed, every, TimeUnit.NANOSECONDS);
  }

  /** Sends the renewals of one holder. */
  private final class Beat implements Runnable {
    private final PretendHolder holder;
    private long due;

    private Beat(PretendHolder holder, long due) {
      this.holder = holder;
      this.due = due;
    }

    @Override
    public void run() {
      try {
        holder.renew();
      } catch (Exception e) {
        failure.compareAndSet(null, e);
        throw new IllegalStateException(e); // ends its renewals
      }
      if (counts) {
        latencies.add(System.nanoTime() - due);
      }
      due += every;
    }
  }

  /** Measures the renewals of the next {@code length}. */
  Rate measure(Duration length) throws Exception {
    latencies.clear();
    counts = true;
    TimeUnit.NANOSECONDS.sleep(length.toNanos());
    counts = false;
    if (failure.get() != null) {
      throw failure.get();
    }
    return Rate.of(holders, latencies.stream().mapToLong(Long::longValue).toArray(), length);
  }

  @Override
  public void close() throws InterruptedException {
    senders.shutdownNow();
    senders.awaitTermination(10, TimeUnit.SECONDS);
  }
}
