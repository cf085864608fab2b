package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * The download of one file, in ranges that are read in parallel; each resumes where it broke off.
 * The bytes are not verified.
 */
public final class RangedDownload {
  private static final long REPORT_MILLIS = 200;

  private final DriveSetup setup;
  private final String id;
  private final long size;
  private final LongConsumer moved;
  private final Duration until;
  private final AtomicLong unreported = new AtomicLong();

  public RangedDownload(DriveSetup setup, String id, long size, LongConsumer moved) {
    this.setup = setup;
    this.id = id;
    this.size = size;
    this.moved = moved;
    this.until = setup.now().plus(setup.policy().deadline(size));
  }

  public void to(FileChannel target) throws StoreException, IOException {
    long range = setup.policy().range();
    if (size <= range) {
      // On this thread: progress is reported as it happens.
      read(target, 0, size, moved);
      return;
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(setup.policy().parallel(), RangedDownload::daemon);
    try {
      List<Future<Void>> parts = new ArrayList<>();
      for (long from = 0; from < size; from += range) {
        long begin = from;
        long end = Math.min(size, from + range);
        parts.add(
            threads.submit(
                () -> {
                  read(target, begin, end, unreported::addAndGet);
                  return null;
                }));
      }
      for (Future<Void> part : parts) {
        await(part);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "drive-range");
    thread.setDaemon(true);
    return thread;
  }

  private void read(FileChannel target, long from, long to, LongConsumer watch)
      throws StoreException, IOException {
    DriveAttempts attempts = new DriveAttempts("download the file " + id, setup, until);
    new RangeRead(setup.connection(), id, target, from, to, watch, attempts).run();
  }

  /** Waits, and reports on this thread the bytes that the others have moved. */
  private void await(Future<Void> part) throws StoreException, IOException {
    while (true) {
      try {
        part.get(REPORT_MILLIS, TimeUnit.MILLISECONDS);
        report();
        return;
      } catch (TimeoutException e) {
        report();
      } catch (ExecutionException e) {
        throw unwrap(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreException(
            Kind.UNREACHABLE,
            "Could not download the file " + id + ". It was abandoned: this session is ending.");
      }
    }
  }

  private void report() {
    long bytes = unreported.getAndSet(0);
    if (bytes > 0) {
      moved.accept(bytes);
    }
  }

  private static IOException unwrap(ExecutionException e) throws StoreException {
    if (e.getCause() instanceof StoreException store) {
      throw store;
    }
    if (e.getCause() instanceof RuntimeException unexpected) {
      throw unexpected;
    }
    return e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
  }
}
