package baton.coordinator.relay;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.Schedule;
import baton.coordinator.lease.Schedule.Choice;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Transitions;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The requests for a lease, served in the order in which they came.
 *
 * <ol>
 *   <li>A repeat finds its grant over all jobs.
 *   <li>Else {@link Schedule} chooses a job that no other request is being given right now.
 *   <li>The grant is decided and stored; who lost a race chooses again.
 *   <li>With nothing to grant the request waits until a job changes, a lease runs out, its time is
 *       up, or its connection closes.
 * </ol>
 */
final class WaitingRoom {
  private final JobStore jobs;
  private final OpenJobs openJobs;
  private final Transitions transitions;
  private final Lifelines lifelines;
  private final Hazards hazards;
  private final Clock clock;
  private final Supplier<Duration> ticker;
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final Set<JobId> beingGiven = new HashSet<>();
  private volatile boolean closed;

  WaitingRoom(
      JobStore jobs,
      OpenJobs openJobs,
      Transitions transitions,
      Lifelines lifelines,
      Hazards hazards,
      Clock clock,
      Supplier<Duration> ticker) {
    this.jobs = jobs;
    this.openJobs = openJobs;
    this.transitions = transitions;
    this.lifelines = lifelines;
    this.hazards = hazards;
    this.clock = clock;
    this.ticker = ticker;
  }

  /** Enters a request; its answer comes at once if there is something to grant. */
  CompletionStage<Acquired> enter(Ask ask, Duration wait, BooleanSupplier stillThere) {
    Duration now = ticker.get();
    Waiting request = new Waiting(ask, now, now.plus(wait), stillThere, new CompletableFuture<>());
    if (!repeats(request)) {
      serve(request);
    }
    return request.answer();
  }

  /** Serves everyone who waits; called when a job has changed, and every so often. */
  void serveAll() {
    for (int left = waiting.size(); left > 0; left--) {
      Waiting request = waiting.poll();
      if (request == null) {
        return;
      }
      serve(request);
    }
  }

  /** Sends everyone home; who comes later is sent home too. */
  void close() {
    closed = true;
    for (Waiting request; (request = waiting.poll()) != null; ) {
      answerNothing(request, "the coordinator is shutting down", Optional.empty());
    }
  }

  /** Answers everyone who waits that nothing can be decided here now. */
  void fail(StoreUnavailable why) {
    for (Waiting request; (request = waiting.poll()) != null; ) {
      request.answer().completeExceptionally(why);
    }
  }

  /** The requests that wait now. */
  List<Ask> asks() {
    return waiting.stream().filter(Waiting::isThere).map(Waiting::ask).toList();
  }

  private void serve(Waiting request) {
    if (closed || !request.isThere()) {
      answerNothing(request, "the coordinator is shutting down", Optional.empty());
      return;
    }
    try {
      choose(request);
    } catch (RuntimeException e) {
      request.answer().completeExceptionally(e);
    }
  }

  /** Whether it was granted a lease before, which it then finds again. */
  private boolean repeats(Waiting request) {
    String key = new Acquire(request.ask(), Optional.empty()).repeatKey().orElseThrow();
    Optional<JobId> granted = jobs.answer(key).map(JobStore.StoredAnswer::job);
    granted.ifPresent(job -> acquire(request, job, Optional.empty()));
    return granted.isPresent();
  }

  private void choose(Waiting request) {
    List<Job> open = openJobs.all();
    Choice choice;
    synchronized (beingGiven) {
      List<Job> free = open.stream().filter(job -> !beingGiven.contains(job.id())).toList();
      choice = Schedule.choose(free, request.ask(), lifelines.ranOut(free), clock.instant());
      if (choice instanceof Choice.Take take) {
        beingGiven.add(take.job());
      }
    }
    if (choice instanceof Choice.Take take) {
      acquire(request, take.job(), take.ranOut());
    } else if (choice instanceof Choice.Held held) {
      if (!repeats(request)) { // what was on its way when it came may have been granted since
        refuse(request, held);
      }
    } else if (choice instanceof Choice.Nothing nothing) {
      waitOn(request, nothing, open);
    }
  }

  private void acquire(Waiting request, JobId job, Optional<Fence> ranOut) {
    Duration silence = ranOut.map(fence -> lifelines.silence(job, fence)).orElse(Duration.ZERO);
    transitions
        .apply(job, new Acquire(request.ask(), ranOut, silence))
        .whenComplete(
            (outcome, failure) -> {
              synchronized (beingGiven) {
                beingGiven.remove(job);
              }
              try {
                settle(request, outcome, failure);
              } catch (RuntimeException e) {
                request.answer().completeExceptionally(e);
              }
            });
  }

  private void settle(Waiting request, Outcome outcome, Throwable failure) {
    if (failure != null) {
      request.answer().completeExceptionally(failure);
    } else if (outcome instanceof Outcome.Granted granted) {
      lease(request, granted);
    } else if (outcome instanceof Outcome.Refused refused && refused.why() == Refusal.LEASE_ENDED) {
      request.answer().complete(new Acquired.Refused(refused));
    } else {
      await(request); // another was faster; the next round chooses again
    }
  }

  private void lease(Waiting request, Outcome.Granted granted) {
    Job job = jobs.find(granted.job()).orElseThrow();
    lifelines.begin(granted.job(), granted.fence());
    request
        .answer()
        .complete(
            new Acquired.Leased(
                new Grant(
                    granted.job(),
                    job.spec(),
                    granted.fence(),
                    lifelines.remaining(granted.job(), granted.fence(), job.spec().policy().ttl()),
                    ticker.get().minus(request.since()),
                    granted.segment(),
                    granted.head(),
                    granted.store(),
                    Optional.of(hazards.of(request.ask().device())))));
  }

  private static void refuse(Waiting request, Choice.Held held) {
    request
        .answer()
        .complete(
            new Acquired.Refused(
                new Outcome.Refused(
                    Refusal.SESSION_HOLDS_LEASE,
                    "This session holds lease %s of job %s. Release it, or wait until it runs out."
                        .formatted(held.fence(), held.job()))));
  }

  private void waitOn(Waiting request, Choice.Nothing nothing, List<Job> open) {
    if (ticker.get().compareTo(request.until()) < 0) {
      await(request);
      return;
    }
    Optional<Checkpoint> standby =
        nothing
            .standby()
            .flatMap(id -> open.stream().filter(job -> job.id().equals(id)).findFirst())
            .flatMap(Job::head);
    answerNothing(request, nothing.reason(), standby);
  }

  private void await(Waiting request) {
    waiting.add(request);
    if (closed) {
      close(); // it was sent home while this one was being served
    }
  }

  private static void answerNothing(Waiting request, String reason, Optional<Checkpoint> standby) {
    request.answer().complete(new Acquired.Nothing(reason, standby));
  }
}
