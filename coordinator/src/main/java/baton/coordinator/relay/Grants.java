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

/** What those who asked for a lease are told of it, the first time and again. */
final class Grants {
  private final JobStore jobs;
  private final Transitions door;
  private final LeaseLiveness liveness;
  private final LifetimeModel hazards;
  private final WaitingRoom room;
  private final Supplier<Duration> ticker;

  Grants(
      JobStore jobs,
      Transitions door,
      LeaseLiveness liveness,
      LifetimeModel hazards,
      WaitingRoom room,
      Supplier<Duration> ticker) {
    this.jobs = jobs;
    this.door = door;
    this.liveness = liveness;
    this.hazards = hazards;
    this.room = room;
    this.ticker = ticker;
  }

  /** Whether it was granted a lease before, which it then finds again. */
  boolean repeats(Waiting request) {
    String key = Acquire.free(request.ask()).repeatKey().orElseThrow();
    Optional<JobId> granted = jobs.answer(key).map(JobStore.StoredAnswer::job);
    granted.ifPresent(job -> acquireAgain(request, job));
    return granted.isPresent();
  }

  /** The other members have waited since the grant, so they hear of its holder first. */
  private void acquireAgain(Waiting request, JobId granted) {
    Duration before = ticker.get();
    jobs.find(granted)
        .filter(job -> job.lease().filter(lease -> isOf(lease, request)).isPresent())
        .ifPresent(liveness::askedAgain);
    door.apply(granted, Acquire.free(request.ask()))
        .whenComplete((outcome, failure) -> settle(request, before, outcome, failure));
  }

  private static boolean isOf(Lease lease, Waiting request) {
    return lease.ask().secretHash().equals(request.ask().secretHash());
  }

  /**
   * Answers a request by what was decided of it, or lets it wait on.
   *
   * @param before no other member can have begun to wait for the lease earlier
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

  /** What it tells of the ttl holds at every member, even if this one was frozen on the way. */
  private void lease(Waiting request, Duration before, Outcome.Granted granted) {
    Job job = jobs.find(granted.job()).orElseThrow();
    if (job.lease().filter(lease -> isOf(lease, request)).isEmpty()) {
      acquireAgain(request, granted.job()); // it has run out already, and is told so
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
                    Optional.of(hazards.of(request.ask().device())),
                    job.acceptChange())));
  }

  /** Refuses a session a second lease; false: it does not hold the other any more. */
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
