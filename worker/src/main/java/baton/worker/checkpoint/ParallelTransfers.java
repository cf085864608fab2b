package baton.worker.checkpoint;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Transfers several files in parallel. Progress is reported on the calling thread. The first
 * failure abandons the rest, as does a listener that throws; no transfer is left running at the
 * end.
 */
final class ParallelTransfers {
  /** Enough to hide the round trips of small files, few enough for a small machine's memory. */
  static final int AT_ONCE = 4;

  private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
  private volatile boolean abandoned;

  private ParallelTransfers() {}

  /** The transfer of one file. */
  interface Move<T> {
    /**
     * Transfers the file.
     *
     * @param moved called with the bytes moved since its last call; it may throw to abandon the
     *     transfer
     */
    T run(LongConsumer moved) throws StoreException, IOException;
  }

  /** Either bytes that were moved, or the end of a file's transfer, with its error if it failed. */
  private record Report(long bytes, boolean ends, Optional<Throwable> failure) {}

  /** Runs all transfers; returns their results in order. */
  static <T> List<T> run(List<Move<T>> moves, LongConsumer moved)
      throws StoreException, IOException {
    return moves.isEmpty() ? List.of() : new ParallelTransfers().runAll(moves, moved);
  }

  private <T> List<T> runAll(List<Move<T>> moves, LongConsumer moved)
      throws StoreException, IOException {
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.min(AT_ONCE, moves.size()), ParallelTransfers::daemon);
    List<Optional<T>> results = new ArrayList<>();
    moves.forEach(move -> results.add(Optional.empty()));
    try {
      for (int i = 0; i < moves.size(); i++) {
        int place = i;
        threads.execute(() -> carryOut(moves.get(place), place, results));
      }
      for (int open = moves.size(); open > 0; ) {
        Report report = next();
        if (report.failure().isPresent()) {
          throw unwrap(report.failure().get());
        }
        if (report.ends()) {
          open--;
        } else {
          moved.accept(report.bytes());
        }
      }
    } finally {
      abandoned = true;
      end(threads);
    }
    synchronized (results) {
      return results.stream().map(Optional::orElseThrow).toList();
    }
  }

  private <T> void carryOut(Move<T> move, int place, List<Optional<T>> results) {
    try {
      T result = move.run(this::tell);
      synchronized (results) {
        results.set(place, Optional.of(result));
      }
      reports.add(new Report(0, true, Optional.empty()));
    } catch (Throwable e) {
      reports.add(new Report(0, true, Optional.of(e)));
    }
  }

  private void tell(long bytes) {
    if (abandoned) {
      throw new CancellationException("another file of the checkpoint failed");
    }
    reports.add(new Report(bytes, false, Optional.empty()));
  }

  private Report next() throws StoreException {
    try {
      return reports.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          Kind.UNREACHABLE,
          "The files of a checkpoint were abandoned on their way: this session is ending.");
    }
  }

  /**
   * Interrupts end pauses between attempts; calls that wait for the network end by their timeouts.
   */
  private static void end(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static IOException unwrap(Throwable failure) throws StoreException {
    if (failure instanceof StoreException store) {
      throw store;
    }
    if (failure instanceof RuntimeException unexpected) {
      throw unexpected;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof IOException io ? io : new IOException(failure);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "checkpoint-file");
    thread.setDaemon(true);
    return thread;
  }
}
