package baton.coordinator.store;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Signals;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.TransitionListener;
import baton.coordinator.lease.TransitionListeners;
import baton.coordinator.lease.Transitions;
import baton.protocol.JobId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread through which jobs change. While one transaction is on its way to disk, the
 * commands that arrive wait and share the next one.
 *
 * <p>Answers are given on this thread: whoever goes on from there must not block.
 */
public final class GroupCommitter implements Transitions, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);
  private static final int MOST_WAITING = 1_024;
  private static final int MOST_TOGETHER = 256;

  /** How often a request is decided anew because others changed its job meanwhile. */
  private static final int MOST_ROUNDS = 5;

  private final BlockingQueue<WriteRequest> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final JobStore store;
  private final Signals signals;
  private final Clock clock;
  private final Runnable mayDecide;
  private final TransitionListeners listeners = new TransitionListeners();
  private final Thread thread;

  /** Put last into the queue: nothing follows it. */
  private final WriteRequest end = new WriteRequest.Creation(null, new CompletableFuture<>());

  private boolean failing;
  private boolean closed;

  private GroupCommitter(JobStore store, Signals signals, Clock clock, Runnable mayDecide) {
    this.store = store;
    this.signals = signals;
    this.clock = clock;
    this.mayDecide = mayDecide;
    this.thread = new Thread(this::run, "group-committer");
  }

  public static GroupCommitter start(JobStore store, Signals signals, Clock clock) {
    return start(store, signals, clock, () -> {});
  }

  /**
   * @param mayDecide throws {@link baton.coordinator.lease.CutOff} while nothing may be decided
   *     here
   */
  public static GroupCommitter start(
      JobStore store, Signals signals, Clock clock, Runnable mayDecide) {
    GroupCommitter committer = new GroupCommitter(store, signals, clock, mayDecide);
    committer.thread.start();
    return committer;
  }

  @Override
  public CompletionStage<Outcome> submit(Submit submit) {
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    CompletionStage<Outcome> heard = listeners.hear(submit, answer);
    enqueue(new WriteRequest.Creation(submit, answer));
    return heard;
  }

  @Override
  public CompletionStage<Outcome> apply(JobId job, Command command, BooleanSupplier stillCounts) {
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    CompletionStage<Outcome> heard = listeners.hear(job, command, answer);
    enqueue(new WriteRequest.Order(job, command, stillCounts, answer));
    return heard;
  }

  @Override
  public Outcome preview(Job job, Command command) {
    mayDecide.run();
    return command.decide(job, clock.instant()).outcome();
  }

  @Override
  public void listen(TransitionListener listener) {
    listeners.add(listener);
  }

  /** Decides and stores what waits, then ends; what comes later is refused. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try {
      waiting.put(end);
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void enqueue(WriteRequest request) {
    if (closed) {
      request
          .answer()
          .completeExceptionally(
              new StoreUnavailable("The coordinator is stopping. Ask again in a moment.", null));
    } else if (!waiting.offer(request)) {
      request
          .answer()
          .completeExceptionally(
              new StoreUnavailable("The coordinator is busy: too much waits. Ask again.", null));
    }
  }

  private void run() {
    List<WriteRequest> batch = new ArrayList<>(MOST_TOGETHER);
    boolean ended = false;
    while (!ended) {
      batch.clear();
      batch.add(next());
      waiting.drainTo(batch, MOST_TOGETHER - 1);
      ended = batch.remove(end);
      commit(batch);
    }
  }

  private WriteRequest next() {
    while (true) {
      try {
        return waiting.take();
      } catch (InterruptedException e) {
        LOG.warn("Something interrupted the committer; it goes on until it is closed.");
      }
    }
  }

  /** Whatever goes wrong, each request gets an answer and the thread lives on. */
  private void commit(List<WriteRequest> batch) {
    List<WriteRequest> pending = batch;
    try {
      for (int rounds = 0; !pending.isEmpty() && rounds < MOST_ROUNDS; rounds++) {
        mayDecide.run();
        Round round = new Round(store, clock);
        round.run(pending);
        pending = round.stale();
        round.changed().forEach(this::signal);
        tellRecovery(round);
      }
      fail(
          pending,
          new StoreUnavailable("Others changed this job again and again. Ask again.", null));
    } catch (StoreUnavailable e) {
      tellFailure(e);
      fail(batch, e);
    } catch (RuntimeException | Error e) {
      LOG.error("A batch of transitions failed by a fault of Baton's.", e);
      fail(batch, e);
    }
  }

  private static void fail(List<WriteRequest> requests, Throwable why) {
    requests.forEach(request -> request.answer().completeExceptionally(why));
  }

  private void signal(JobId job) {
    try {
      signals.jobChanged(job);
    } catch (RuntimeException e) {
      LOG.debug("A signal was lost; whoever waits will look again by itself.", e);
    }
  }

  /** Once an outage, not once a request: the disk may be full. */
  private void tellFailure(StoreUnavailable e) {
    if (!failing) {
      failing = true;
      LOG.error(e.getMessage());
    }
  }

  private void tellRecovery(Round round) {
    if (failing && !round.changed().isEmpty()) {
      failing = false;
      LOG.info("The database answers again.");
    }
  }
}
