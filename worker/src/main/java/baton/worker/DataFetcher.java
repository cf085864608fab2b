package baton.worker;

import baton.protocol.Data;
import baton.protocol.Trouble;
import baton.worker.data.DataCache;
import baton.worker.data.DataInUse;
import baton.worker.segment.Event;
import baton.worker.segment.TroubleException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that fetches a job's data. The data fetched last stays in use until other data is
 * fetched or the worker ends.
 */
final class DataFetcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataFetcher.class);

  private final DataCache cache;
  private final Consumer<Event> events;
  private final ExecutorService thread = Threads.single("data");
  private volatile int stoppedTurn;
  private volatile Path folder;
  private Optional<DataInUse> inUse = Optional.empty(); // confined to the thread

  DataFetcher(DataCache cache, Consumer<Event> events) {
    this.cache = cache;
    this.events = events;
  }

  void fetch(int turn, Data data) {
    thread.execute(
        () -> {
          try {
            leave();
            DataInUse here = cache.use(data, moved(turn));
            inUse = Optional.of(here);
            folder = here.folder();
            events.accept(new Event.Fetched(turn));
          } catch (TroubleException e) {
            LOG.debug("Data could not be fetched", e);
            events.accept(new Event.TrainingFailed(turn, e.trouble()));
          } catch (Abandoned e) {
            LOG.debug("Fetching data was abandoned");
          } catch (RuntimeException | Error e) {
            LOG.debug("Data could not be fetched", e);
            events.accept(new Event.TrainingFailed(turn, fault(e)));
          }
        });
  }

  /** The folder of the data fetched last; programs must not write to it. */
  Path folder() {
    return folder;
  }

  /** Abandons the turn's fetch; what was already fetched is kept for the next time. */
  void stop(int turn) {
    stoppedTurn = turn;
  }

  private LongConsumer moved(int turn) {
    return bytes -> {
      if (turn <= stoppedTurn) {
        throw new Abandoned();
      }
      if (bytes > 0) {
        events.accept(new Event.Progressed(turn, bytes));
      }
    };
  }

  private static Trouble fault(Throwable e) {
    return Trouble.machine(
        "This worker could not fetch the job's data (%s).".formatted(e.getClass().getSimpleName()),
        "Start it with --verbose, and see the reason in its log.");
  }

  private void leave() {
    inUse.ifPresent(DataInUse::close);
    inUse = Optional.empty();
  }

  @Override
  public void close() {
    stoppedTurn = Integer.MAX_VALUE;
    thread.execute(this::leave);
    thread.shutdown();
  }

  /** The lease is over; nobody waits for this data. */
  private static final class Abandoned extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Abandoned() {
      super(null, null, false, false);
    }
  }
}
