package baton.coordinator.lease;

import baton.protocol.Ask;
import baton.protocol.Fence;
import baton.protocol.StoreId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Grants the job's lease to a session.
 *
 * @param ranOut the fence of the live lease, if it was seen to have run out: this grant may then
 *     end it (R1, R9)
 * @param silence how long nothing was heard from its holder; only recorded
 * @param why for people, why this session was chosen among those that wait; empty if no other was
 *     eligible
 */
public record Acquire(Ask ask, Optional<Fence> ranOut, Duration silence, Optional<String> why)
    implements Command {
  /** For a job that nobody holds, or that was granted to this request before. */
  public static Acquire free(Ask ask) {
    return new Acquire(ask, Optional.empty(), Duration.ZERO, Optional.empty());
  }

  @Override
  public Decision decide(Job job, Instant now) {
    if (job.state() == JobState.RUNNING && !ranOut.equals(Optional.of(job.fence()))) {
      return Decision.refused(Refusal.LEASE_HELD, job.spec().name() + " is leased to another.");
    }
    if (job.state() != JobState.WAITING && job.state() != JobState.RUNNING) {
      return Decision.refused(
          Refusal.NOT_WAITING, "%s is %s.".formatted(job.spec().name(), job.state().inWords()));
    }
    Optional<String> obstacle = Eligibility.obstacle(job, ask, now);
    if (obstacle.isPresent()) {
      return Decision.refused(Refusal.NOT_ELIGIBLE, obstacle.get() + ".");
    }
    Change change = job.change();
    if (job.lease().isPresent()) {
      Endings.lost(change, job, silence, now);
      if (Endings.pauseIfChurning(change, job, now)) {
        return change.answer(
            new Outcome.Refused(Refusal.NOT_WAITING, job.spec().name() + " was just paused."));
      }
    }
    return grant(change, job, now);
  }

  private Decision grant(Change change, Job job, Instant now) {
    StoreId store = Eligibility.storeFor(job, ask).orElseThrow();
    Lease lease = new Lease(job.fence().next(), ask, job.spec().segmentFrom(job.position()), now);
    return change
        .store(store)
        .grant(lease, why)
        .row(
            new History.Event(
                History.Event.Kind.GRANTED,
                "lease %s to %s for %s to %s"
                    .formatted(
                        lease.fence(), ask.worker(), lease.segment().from(), lease.segment().to()),
                now))
        .answer(granted(job, lease, store));
  }

  private static Outcome.Granted granted(Job job, Lease lease, StoreId store) {
    return new Outcome.Granted(job.id(), lease.fence(), lease.segment(), job.head(), store);
  }

  /** The secret's hash, which identifies the request over all jobs. */
  @Override
  public Optional<String> repeatKey() {
    return Optional.of("acquire/" + ask.secretHash());
  }

  /** Returns the lease as it is now while it is live; refuses once it has ended. */
  @Override
  public Outcome repeat(Job job, Outcome stored) {
    return job.lease()
        .filter(lease -> lease.ask().secretHash().equals(ask.secretHash()))
        .<Outcome>map(lease -> granted(job, lease, job.store().orElseThrow()))
        .orElseGet(
            () ->
                new Outcome.Refused(
                    Refusal.LEASE_ENDED,
                    "The lease granted to this request has ended. Ask again with a new secret."));
  }
}
