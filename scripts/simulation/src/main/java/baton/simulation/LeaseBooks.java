package baton.simulation;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Expire;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Lease;
import baton.protocol.Fence;
import baton.protocol.Phase;
import baton.protocol.PhaseLimit;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/** The referee's record of a job's leases: granted, renewed and lost (R1, R2, R9, R10, R12). */
final class LeaseBooks {
  /** A stall is seen at a renewal or a tick, so a little after its limit. */
  private static final Duration STALL_SEEN_WITHIN = Duration.ofSeconds(90);

  private final InvariantReport whistle;
  private Fence highest = Fence.NONE;
  private Duration signOfLife = Duration.ZERO;
  private Duration promised = Duration.ZERO;

  /** A restarted coordinator knows nothing of a lease before its next renewal. */
  private Duration knownSince = Duration.ZERO;

  private Phase phase = Phase.SETUP;
  private Duration progressedAt = Duration.ZERO;
  private long progress = -1;

  LeaseBooks(InvariantReport whistle) {
    this.whistle = whistle;
  }

  void granted(Lease lease, Duration now) {
    whistle.require(lease.fence().compareTo(highest) > 0, "R2", "a fence was granted again");
    highest = lease.fence();
    signOfLife = now;
    promised = now;
    progress = -1;
    progressedAt = now;
  }

  /**
   * The contents of a renewal and of its answer.
   *
   * @param until how long the lease surely lives; zero if nothing is promised
   */
  record Told(Phase phase, long progress, Duration until) {}

  /**
   * A renewal was answered: the lease goes on.
   *
   * @param knowsSince the time since which the coordinator that answered has seen all renewals
   */
  void renewed(Job job, Told told, Duration at, Duration knowsSince) {
    if (signOfLife.compareTo(knowsSince) < 0) {
      knownSince = at;
    }
    signOfLife = at;
    promised = promised.compareTo(told.until()) > 0 ? promised : told.until();
    if (phase != told.phase() || told.progress() > progress) {
      progressedAt = at;
    }
    phase = told.phase();
    progress = told.progress();
    PhaseLimit limit = job.spec().policy().limits().get(phase);
    Duration since = Collections.max(List.of(progressedAt, knownSince, knowsSince));
    whistle.require(
        at.minus(since).compareTo(limit.withoutProgress().plus(STALL_SEEN_WITHIN)) < 0,
        "R10",
        "a lease without progress goes on");
  }

  /**
   * @param knowsSince the time since which the coordinator that ended it has seen all renewals
   */
  void lost(Job before, Command command, Duration now, Duration knowsSince) {
    whistle.require(
        !(command instanceof Expire) || before.state() == JobState.PAUSING,
        "R9",
        "a lease ended by running out alone");
    Duration ttl = before.spec().policy().ttl();
    whistle.require(
        now.compareTo(promised) >= 0, "R1", "a lease ended within the ttl that was told");
    whistle.require(
        now.minus(knowsSince).compareTo(ttl) >= 0,
        "R12",
        "a lease ended before a whole ttl since the coordinator saw all renewals");
  }
}
