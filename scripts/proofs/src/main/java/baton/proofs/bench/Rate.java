package baton.proofs.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** How often concurrent clients did something per second, and how long it took each time. */
record Rate(int clients, double perSecond, Duration median, Duration p99) {

  /** A client that does the same thing again and again. */
  @FunctionalInterface
  interface Client {
    void act() throws Exception;
  }

  /** Lets all act concurrently; what begins before {@code warmUp} has passed is not counted. */
  static Rate of(List<? extends Client> clients, Duration warmUp, Duration length)
      throws Exception {
    long from = System.nanoTime() + warmUp.toNanos();
    long to = from + length.toNanos();
    ExecutorService threads = Executors.newFixedThreadPool(clients.size());
    try {
      List<Callable<long[]>> work = new ArrayList<>();
      clients.forEach(client -> work.add(() -> latencies(client, from, to)));
      LongStream all = LongStream.empty();
      for (Future<long[]> done : threads.invokeAll(work)) {
        all = LongStream.concat(all, Arrays.stream(done.get()));
      }
      return of(clients.size(), all.toArray(), length);
    } finally {
      threads.shutdownNow();
    }
  }

  private static long[] latencies(Client client, long from, long to) throws Exception {
    LongStream.Builder latencies = LongStream.builder();
    for (long begun = System.nanoTime(); begun < to; begun = System.nanoTime()) {
      client.act();
      if (begun >= from) {
        latencies.add(System.nanoTime() - begun);
      }
    }
    return latencies.build().toArray();
  }

  static Rate of(int clients, long[] nanos, Duration length) {
    if (nanos.length == 0) {
      throw new IllegalStateException("Nothing was answered in time; measure for longer.");
    }
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Rate(
        clients,
        sorted.length / (length.toNanos() / 1e9),
        Duration.ofNanos(sorted[sorted.length / 2]),
        Duration.ofNanos(sorted[(int) (sorted.length * 0.99)]));
  }
}
