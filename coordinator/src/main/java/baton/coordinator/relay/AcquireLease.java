package baton.coordinator.relay;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Schedule;
import baton.coordinator.lease.Schedule.Choice;
import baton.coordinator.lease.Transitions;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Serves requests for a lease in the order of their arrival.
 *
 * <ol>
 *   <li>A repeated request gets its earlier grant, from whichever job.
 *   <li>Otherwise {@link Schedule} chooses a job that is not being granted to another request right
 *       now.
 *   <li>A waiting request is served first if its session is expected to get more of that job done.
 *   <li>The grant is decided and stored; a request that lost a race chooses again.
 *   <li>If there is nothing to grant, the request waits until a job changes, a lease runs out, its
 *       time is up, or its connection closes.
 * </ol>
 */
final class AcquireLease {
  private final OpenJobs openJobs;
  private final Transitions transitions;
  private final LeaseLiveness liveness;
  private final Grants grants;
  private final WaitingRoom room;
  private final Rivals rivals;
  private final Clock clock;
  private final Supplier<Duration> ticker;
  private final Set<JobId> beingGiven = new HashSet<>();

  AcquireLease(
      OpenJobs openJobs,
      Transitions transitions,
      LeaseLiveness liveness,
      Grants grants,
      WaitingRoom room,
      Rivals rivals,
      Clock clock,
      Supplier<Duration> ticker) {
    this.openJobs = openJobs;
    this.transitions = transitions;
    this.liveness = liveness;
    this.grants = grants;
    this.room = room;
    this.rivals = rivals;
    this.clock = clock;
    this.ticker = ticker;
  }

  /** The answer comes at once if there is something to grant. */
  CompletionStage<Acquired> acquire(Ask ask, Duration wait, BooleanSupplier stillThere) {
    Duration now = ticker.get();
    Waiting request = new Waiting(ask, now, now.plus(wait), stillThere, new CompletableFuture<>());
    if (!grants.repeats(request)) {
      serve(request);
    }
    return request.answer();
  }

  /** Serves all waiting requests; called when a job has changed, and periodically. */
  void serveAll() {
    for (int left = room.size(); left > 0; left--) {
      room.next().ifPresent(this::serve);
    }
  }

  private void serve(Waiting request) {
    serve(request, true);
  }

  /**
   * @param yields whether a request that is expected to get more done is served first
   */
  private void serve(Waiting request, boolean yields) {
    if (room.isClosed() || !request.isThere()) {
      request.sendHome();
      return;
    }
    try {
      choose(request, yields);
    } catch (RuntimeException | Error e) {
      request.answer().completeExceptionally(e);
    }
  }

  private void choose(Waiting request, boolean yields) {
    Duration before = ticker.get();
    BooleanSupplier stillCounts = liveness.stillCounts();
    List<Job> open = openJobs.all();
    Choice choice;
    Optional<Waiting> better = Optional.empty();
    synchronized (beingGiven) {
      List<Job> free = open.stream().filter(job -> !beingGiven.contains(job.id())).toList();
      choice = Schedule.choose(free, request.ask(), liveness.ranOut(free), clock.instant());
      if (choice instanceof Choice.Take take) {
        better = yields ? rivals.better(request, jobOf(take, open)) : better;
        if (better.isEmpty()) {
          beingGiven.add(take.job());
        }
      }
    }
    if (better.isPresent()) {
      yieldTo(better.get(), request);
    } else if (choice instanceof Choice.Take take) {
      Optional<String> why = rivals.whyChosen(request, jobOf(take, open));
      give(request, take, why, before, take.ranOut().isPresent() ? stillCounts : () -> true);
    } else if (choice instanceof Choice.Held held) {
      if (!grants.repeats(request)) { // it may have been granted since it arrived
        refuseIfHeld(request, held);
      }
    } else if (choice instanceof Choice.Nothing nothing) {
      waitOn(request, nothing, open);
    }
  }

  private void yieldTo(Waiting better, Waiting request) {
    room.enter(request);
    serve(better, false);
    if (room.leave(request)) {
      serve(request, false);
    }
  }

  private static Job jobOf(Choice.Take take, List<Job> open) {
    return open.stream().filter(job -> job.id().equals(take.job())).findFirst().orElseThrow();
  }

  private void give(
      Waiting request,
      Choice.Take take,
      Optional<String> why,
      Duration before,
      BooleanSupplier stillCounts) {
    Duration silence =
        take.ranOut().map(fence -> liveness.silence(take.job(), fence)).orElse(Duration.ZERO);
    transitions
        .apply(take.job(), new Acquire(request.ask(), take.ranOut(), silence, why), stillCounts)
        .whenComplete(
            (outcome, failure) -> {
              synchronized (beingGiven) {
                beingGiven.remove(take.job());
              }
              grants.settle(request, before, outcome, failure);
            });
  }

  /**
   * Reads the job again first: the list of open jobs may be outdated, but a refusal must not be.
   */
  private void refuseIfHeld(Waiting request, Choice.Held held) {
    if (!grants.refuse(request, held)) {
      openJobs.changed(held.job());
      choose(request, true);
    }
  }

  private void waitOn(Waiting request, Choice.Nothing nothing, List<Job> open) {
    if (ticker.get().compareTo(request.until()) < 0) {
      room.enter(request);
      return;
    }
    Optional<Checkpoint> standby =
        nothing
            .standby()
            .flatMap(id -> open.stream().filter(job -> job.id().equals(id)).findFirst())
            .flatMap(Job::head);
    request.answerNothing(nothing.reason(), standby);
  }
}
