package baton.coordinator.relay;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.Schedule;
import baton.coordinator.lease.Schedule.Choice;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Transitions;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
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

  /** Whether nobody waits, as far as that can be told without waiting for anybody. */
  boolean isEmpty() {
    return waiting.isEmpty();
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
    } catch (RuntimeException | Error e) {
      request.answer().completeExceptionally(e);
    }
  }

  /** Whether it was granted a lease before, which it then finds again. */
  private boolean repeats(Waiting request) {
    String key = new Acquire(request.ask(), Optional.empty()).repeatKey().orElseThrow();
    Optional<JobId> granted = jobs.answer(key).map(JobStore.StoredAnswer::job);
    granted.ifPresent(job -> acquireAgain(request, job));
    return granted.isPresent();
  }

  /** The other members have waited since the grant, so they hear of its holder first. */
  private void acquireAgain(Waiting request, JobId granted) {
    Duration before = ticker.get();
    jobs.find(granted)
        .filter(job -> job.lease().filter(lease -> isOf(lease, request)).isPresent())
        .ifPresent(lifelines::askedAgain);
    acquire(request, new Acquire(request.ask(), Optional.empty()), granted, before, () -> true);
  }

  private static boolean isOf(Lease lease, Waiting request) {
    return lease.ask().secretHash().equals(request.ask().secretHash());
  }

  private void choose(Waiting request) {
    Duration before = ticker.get();
    BooleanSupplier stillCounts = lifelines.stillCounts();
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
      Duration silence =
          take.ranOut().map(fence -> lifelines.silence(take.job(), fence)).orElse(Duration.ZERO);
      acquire(
          request,
          new Acquire(request.ask(), take.ranOut(), silence),
          take.job(),
          before,
          take.ranOut().isPresent() ? stillCounts : () -> true);
    } else if (choice instanceof Choice.Held held) {
      if (!repeats(request)) { // what was on its way when it came may have been granted since
        refuseIfHeld(request, held);
      }
    } else if (choice instanceof Choice.Nothing nothing) {
      waitOn(request, nothing, open);
    }
  }

  /**
   * @param before no other member can have begun to wait for the lease earlier
   */
  private void acquire(
      Waiting request, Acquire acquire, JobId job, Duration before, BooleanSupplier stillCounts) {
    transitions
        .apply(job, acquire, stillCounts)
        .whenComplete(
            (outcome, failure) -> {
              synchronized (beingGiven) {
                beingGiven.remove(job);
              }
              try {
                settle(request, before, outcome, failure);
              } catch (RuntimeException | Error e) {
                request.answer().completeExceptionally(e);
              }
            });
  }

  private void settle(Waiting request, Duration before, Outcome outcome, Throwable failure) {
    if (failure != null) {
      request.answer().completeExceptionally(failure);
    } else if (outcome instanceof Outcome.Granted granted) {
      lease(request, before, granted);
    } else if (outcome instanceof Outcome.Refused refused && refused.why() == Refusal.LEASE_ENDED) {
      request.answer().complete(new Acquired.Refused(refused));
    } else {
      await(request); // another was faster; the next round chooses again
    }
  }

  /** What it tells of the ttl holds at every member, even if this one was frozen on the way. */
  private void lease(Waiting request, Duration before, Outcome.Granted granted) {
    Job job = jobs.find(granted.job()).orElseThrow();
    if (job.lease().filter(lease -> isOf(lease, request)).isEmpty()) {
      acquireAgain(request, granted.job()); // it has run out already, and is told so
      return;
    }
    lifelines.begin(granted.job(), granted.fence());
    request
        .answer()
        .complete(
            new Acquired.Leased(
                new Grant(
                    granted.job(),
                    job.spec(),
                    granted.fence(),
                    lifelines.told(job, before),
                    ticker.get().minus(request.since()),
                    granted.segment(),
                    granted.head(),
                    granted.store(),
                    Optional.of(hazards.of(request.ask().device())),
                    job.acceptChange())));
  }

  /** The list of open jobs may be behind, and a refusal must not be. */
  private void refuseIfHeld(Waiting request, Choice.Held held) {
    boolean isHeld =
        jobs.find(held.job())
            .flatMap(Job::lease)
            .filter(lease -> lease.fence().equals(held.fence()))
            .isPresent();
    if (!isHeld) {
      openJobs.changed(held.job());
      choose(request);
      return;
    }
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
