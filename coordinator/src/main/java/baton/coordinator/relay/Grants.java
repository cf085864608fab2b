package baton.coordinator.relay;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.Schedule.Choice;
import baton.coordinator.lease.Transitions;
import baton.protocol.Grant;
import baton.protocol.JobId;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Answers requests for a lease with the grant, also when the request is repeated. */
final class Grants {
  private final JobStore jobs;
  private final Transitions transitions;
  private final LeaseLiveness liveness;
  private final LifetimeModel lifetimes;
  private final WaitingRoom room;
  private final Supplier<Duration> ticker;

  Grants(
      JobStore jobs,
      Transitions transitions,
      LeaseLiveness liveness,
      LifetimeModel lifetimes,
      WaitingRoom room,
      Supplier<Duration> ticker) {
    this.jobs = jobs;
    this.transitions = transitions;
    this.liveness = liveness;
    this.lifetimes = lifetimes;
    this.room = room;
    this.ticker = ticker;
  }

  /** Whether the request was granted a lease before; if so, it is answered with it. */
  boolean repeats(Waiting request) {
    String key = Acquire.free(request.ask()).repeatKey().orElseThrow();
    Optional<JobId> granted = jobs.answer(key).map(JobStore.StoredAnswer::job);
    granted.ifPresent(job -> acquireAgain(request, job));
    return granted.isPresent();
  }

  /** Renews the lease first, since the other members have waited since the grant. */
  private void acquireAgain(Waiting request, JobId granted) {
    Duration before = ticker.get();
    jobs.find(granted)
        .filter(job -> job.lease().filter(lease -> isOf(lease, request)).isPresent())
        .ifPresent(liveness::askedAgain);
    transitions
        .apply(granted, Acquire.free(request.ask()))
        .whenComplete((outcome, failure) -> settle(request, before, outcome, failure));
  }

  private static boolean isOf(Lease lease, Waiting request) {
    return lease.ask().secretHash().equals(request.ask().secretHash());
  }

  /**
   * Answers a request with the decision, or lets it wait on.
   *
   * @param before a time before any other member can have begun to wait for the lease
   */
  void settle(Waiting request, Duration before, Outcome outcome, Throwable failure) {
    try {
      if (failure != null) {
        request.answer().completeExceptionally(failure);
      } else if (outcome instanceof Outcome.Granted granted) {
        lease(request, before, granted);
      } else if (outcome instanceof Outcome.Refused refused
          && refused.why() == Refusal.LEASE_ENDED) {
        request.answer().complete(new Acquired.Refused(refused));
      } else {
        room.enter(request); // another was faster; the next round chooses again
      }
    } catch (RuntimeException | Error e) {
      request.answer().completeExceptionally(e);
    }
  }

  /** Answers with a ttl that holds at every member, even if this one was frozen meanwhile. */
  private void lease(Waiting request, Duration before, Outcome.Granted granted) {
    Job job = jobs.find(granted.job()).orElseThrow();
    if (job.lease().filter(lease -> isOf(lease, request)).isEmpty()) {
      acquireAgain(request, granted.job()); // it has run out already, and the answer says so
      return;
    }
    liveness.begin(granted.job(), granted.fence());
    request
        .answer()
        .complete(
            new Acquired.Leased(
                new Grant(
                    granted.job(),
                    job.spec(),
                    granted.fence(),
                    liveness.told(job, before),
                    ticker.get().minus(request.since()),
                    granted.segment(),
                    granted.head(),
                    granted.store(),
                    Optional.of(lifetimes.of(request.ask().device())),
                    job.acceptChange())));
  }

  /** Refuses a session a second lease; returns false if it no longer holds the first. */
  boolean refuse(Waiting request, Choice.Held held) {
    boolean isHeld =
        jobs.find(held.job())
            .flatMap(Job::lease)
            .filter(lease -> lease.fence().equals(held.fence()))
            .isPresent();
    if (isHeld) {
      request
          .answer()
          .complete(
              new Acquired.Refused(
                  new Outcome.Refused(
                      Refusal.SESSION_HOLDS_LEASE,
                      "This session holds lease %s of job %s. Release it, or wait until it runs out."
                          .formatted(held.fence(), held.job()))));
    }
    return isHeld;
  }
}
