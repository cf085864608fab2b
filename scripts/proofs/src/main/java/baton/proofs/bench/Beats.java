package baton.proofs.bench;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Renewals of many holders, each on its own beat, whether or not the one before was answered in
 * time. Latencies count from the instant a renewal was due, so a slow answer is not hidden by the
 * requests it holds up.
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
   * @param holders how many there will be; their beats are spread evenly
   */
  Beats(Duration every, int holders) {
    this.every = every.toNanos();
    this.holders = holders;
  }

  /** Renews for this holder from now on. */
  void begin(PretendHolder holder) {
    long offset = every * begun++ / holders;
    long passed = System.nanoTime() - origin;
    long beats = Math.max(0, (passed - offset) / every + 1);
    long first = offset + beats * every;
    senders.scheduleAtFixedRate(
        new Beat(holder, origin + first), first - passed, every, TimeUnit.NANOSECONDS);
  }

  /** The next renewal of a holder, again and again. */
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
        throw new IllegalStateException(e); // and it beats no more
      }
      if (counts) {
        latencies.add(System.nanoTime() - due);
      }
      due += every;
    }
  }

  /** What passes in the next {@code length}. */
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
