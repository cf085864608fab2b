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

/** What the referee knows of a job's leases: granted, renewed and lost (R1, R2, R9, R10, R12). */
final class LeaseBooks {
  /** A stall is seen at a renewal or a tick, so a little after its limit. */
  private static final Duration STALL_SEEN_WITHIN = Duration.ofSeconds(90);

  private final InvariantReport whistle;
  private Fence highest = Fence.NONE;
  private Duration signOfLife = Duration.ZERO;

  /** A coordinator that came back knows nothing of a lease before its next renewal. */
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
    progress = -1;
    progressedAt = now;
  }

  /** A renewal arrived of a lease that may go on. */
  void renewed(Job job, Phase now, long counted, Duration at, Duration readySince) {
    if (signOfLife.compareTo(readySince) < 0) {
      knownSince = at;
    }
    signOfLife = at;
    if (phase != now || counted > progress) {
      progressedAt = at;
    }
    phase = now;
    progress = counted;
    PhaseLimit limit = job.spec().policy().limits().get(phase);
    Duration since = progressedAt.compareTo(knownSince) >= 0 ? progressedAt : knownSince;
    whistle.require(
        at.minus(since).compareTo(limit.withoutProgress().plus(STALL_SEEN_WITHIN)) < 0,
        "R10",
        "a lease without progress goes on");
  }

  void lost(Job before, Command command, Duration now, Duration readySince) {
    whistle.require(
        !(command instanceof Expire) || before.state() == JobState.PAUSING,
        "R9",
        "a lease ended by running out alone");
    Duration ttl = before.spec().policy().ttl();
    whistle.require(
        now.minus(signOfLife).compareTo(ttl) >= 0,
        "R1",
        "a lease ended that was renewed within its ttl");
    whistle.require(
        now.minus(readySince).compareTo(ttl) >= 0,
        "R12",
        "a lease ended before a whole ttl since the coordinator was ready");
  }
}
