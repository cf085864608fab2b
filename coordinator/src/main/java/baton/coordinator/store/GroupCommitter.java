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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all changes to jobs, one transaction at a time. While one is being written to disk,
 * arriving commands wait and share the next one.
 *
 * <p>Answers are completed on the committing thread: their callbacks must not block.
 */
public final class GroupCommitter implements Transitions, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);
  private static final int MOST_WAITING = 1_024;
  private static final int MOST_TOGETHER = 256;

  /** How often a request is decided, at most, while others keep changing its job. */
  private static final int MOST_ROUNDS = 5;

  private final Queue<WriteRequest> waiting = new ArrayDeque<>(); // guarded by this
  private final JobStore store;
  private final Signals signals;
  private final Clock clock;
  private final Runnable mayDecide;
  private final Decider decider;
  private final TransitionListeners listeners = new TransitionListeners();
  private final Executor executor;
  private final Runnable whenClosed;

  private boolean failing;
  private boolean busy; // guarded by this, as is what follows
  private boolean closed;

  private GroupCommitter(
      JobStore store,
      Signals signals,
      Clock clock,
      Runnable mayDecide,
      Decider decider,
      Executor executor,
      Runnable whenClosed) {
    this.store = store;
    this.signals = signals;
    this.clock = clock;
    this.mayDecide = mayDecide;
    this.decider = decider;
    this.executor = executor;
    this.whenClosed = whenClosed;
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
    ExecutorService thread =
        Executors.newSingleThreadExecutor(work -> new Thread(work, "group-committer"));
    return new GroupCommitter(
        store, signals, clock, mayDecide, Decider.RULES, thread, thread::shutdown);
  }

  /**
   * A committer that runs on {@code executor}, for a simulation or a test.
   *
   * @param executor runs one task at a time, in the order in which they were submitted
   * @param decider {@link Decider#RULES}, unless the rules are to be broken on purpose
   */
  public static GroupCommitter on(
      Executor executor,
      JobStore store,
      Signals signals,
      Clock clock,
      Runnable mayDecide,
      Decider decider) {
    return new GroupCommitter(store, signals, clock, mayDecide, decider, executor, () -> {});
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
    return decider.decide(job, Optional.empty(), command, clock.instant()).outcome();
  }

  @Override
  public void listen(TransitionListener listener) {
    listeners.add(listener);
  }

  /** Decides and stores the waiting requests, then ends; later requests are refused. */
  @Override
  public synchronized void close() {
    closed = true;
    try {
      while (busy) {
        wait();
      }
      whenClosed.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void enqueue(WriteRequest request) {
    Optional<String> refused = take(request);
    refused.ifPresent(
        why -> request.answer().completeExceptionally(new StoreUnavailable(why, null)));
  }

  /** Enqueues the request, or returns why it cannot. */
  private synchronized Optional<String> take(WriteRequest request) {
    if (closed) {
      return Optional.of("The coordinator is stopping. Ask again in a moment.");
    } else if (waiting.size() >= MOST_WAITING) {
      return Optional.of("The coordinator is busy: too much waits. Ask again.");
    }
    waiting.add(request);
    if (!busy) {
      busy = true;
      executor.execute(this::commitWaiting);
    }
    return Optional.empty();
  }

  private void commitWaiting() {
    commit(nextBatch());
    synchronized (this) {
      busy = !waiting.isEmpty();
      if (busy) {
        executor.execute(this::commitWaiting);
      } else {
        notifyAll();
      }
    }
  }

  private synchronized List<WriteRequest> nextBatch() {
    List<WriteRequest> batch = new ArrayList<>();
    while (!waiting.isEmpty() && batch.size() < MOST_TOGETHER) {
      batch.add(waiting.remove());
    }
    return batch;
  }

  /** Commits a batch; whatever goes wrong, each request gets an answer and the thread survives. */
  private void commit(List<WriteRequest> batch) {
    List<WriteRequest> pending = batch;
    try {
      for (int rounds = 0; !pending.isEmpty() && rounds < MOST_ROUNDS; rounds++) {
        mayDecide.run();
        Round round = new Round(store, clock, decider, rounds > 0);
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

  /** Logs an outage once, not once per request: the disk may be full. */
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
