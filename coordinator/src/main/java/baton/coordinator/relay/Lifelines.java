package baton.coordinator.relay;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.LeaseWatch;
import baton.coordinator.lease.Pulse;
import baton.coordinator.lease.Pulses;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Phase;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Which live leases still beat: the shared renewals, watched by this coordinator's own clock. Safe
 * for use by several threads.
 */
final class Lifelines {
  private final Pulses pulses;
  private final Supplier<Duration> ticker;
  private final Duration longestAbsence;
  private final LeaseWatch watch;

  Lifelines(Pulses pulses, Supplier<Duration> ticker, Duration longestAbsence) {
    this.pulses = pulses;
    this.ticker = ticker;
    this.longestAbsence = longestAbsence;
    this.watch = new LeaseWatch(longestAbsence);
  }

  /** Begins to wait for a lease that was granted, or found live at the start (R12). */
  synchronized void begin(JobId job, Fence fence) {
    watch.begin(job, fence, ticker.get());
  }

  synchronized Duration remaining(JobId job, Fence fence, Duration ttl) {
    return watch.remaining(job, fence, ttl, ticker.get());
  }

  /** Whether what is seen from now on still counts, at the time when that is asked. */
  BooleanSupplier stillCounts() {
    Duration seen = ticker.get();
    return () -> ticker.get().minus(seen).compareTo(longestAbsence) <= 0;
  }

  /** Begins every wait anew: renewals may have been lost. */
  synchronized void beginAnew() {
    watch.beginAnew(ticker.get());
  }

  /**
   * Shares a renewal, then takes note of it; returns how long the sharing took. The ttl counts from
   * before it, since others may have seen the renewal at once.
   */
  Duration renewed(Job job, Renewing renewing) {
    Duration before = ticker.get();
    Fence fence = job.fence();
    Optional<Pulse> last = pulses.get(job.id());
    if (last.filter(pulse -> pulse.fence().compareTo(fence) > 0).isPresent()) {
      return ticker.get().minus(before); // the lease changed hands since the job was read
    }
    Pulse pulse =
        new Pulse(
            fence,
            last.filter(p -> p.fence().equals(fence)).map(Pulse::counter).orElse(0L) + 1,
            renewing.phase(),
            renewing.progress(),
            renewing.position(),
            renewing.loss(),
            renewing.saving());
    pulses.put(job.id(), pulse); // unlocked: it may wait for other members
    synchronized (this) {
      watch.observe(job.id(), pulse, before);
    }
    return ticker.get().minus(before);
  }

  /** A holder that asks for its grant again lives: all members count its ttl from now. */
  void askedAgain(Job job) {
    renewed(
        job,
        pulses
            .get(job.id())
            .filter(pulse -> pulse.fence().equals(job.fence()))
            .map(Renewing::again)
            .orElseGet(() -> new Renewing(Phase.SETUP, job.position(), 0, OptionalDouble.empty())));
  }

  synchronized void committed(JobId job, Fence fence) {
    watch.committed(job, fence, ticker.get());
  }

  /**
   * Looks at every live lease; tells those that have run out. Each is judged by the time before the
   * look at it: whoever is frozen in the middle has not seen what was renewed meanwhile.
   */
  synchronized Map<JobId, Fence> ranOut(Collection<Job> jobs) {
    Map<JobId, Fence> ranOut = new HashMap<>();
    for (Job job : jobs) {
      Duration now = ticker.get();
      watch.look(now);
      if (job.lease().isPresent() && remaining(job, now).isZero()) {
        ranOut.put(job.id(), job.fence());
      }
    }
    return ranOut;
  }

  /** What remains of the live lease of {@code job}. */
  synchronized Duration remaining(Job job) {
    return remaining(job, ticker.get());
  }

  private Duration remaining(Job job, Duration now) {
    look(job, now);
    return watch.remaining(job.id(), job.fence(), job.spec().policy().ttl(), now);
  }

  /** How long nothing was heard from the holder of the live lease. */
  synchronized Duration silence(JobId job, Fence fence) {
    return watch.silence(job, fence, ticker.get());
  }

  synchronized Optional<Phase> stalled(Job job) {
    look(job, ticker.get());
    return watch.stalled(job.id(), job.fence(), job.spec().policy().limits());
  }

  synchronized Optional<Pulse> pulse(Job job) {
    return job.lease().map(Lease::fence).flatMap(fence -> watch.pulse(job.id(), fence));
  }

  /** Drops what is known of jobs that are over. */
  synchronized void forgetAllBut(Collection<Job> open) {
    Set<JobId> kept = open.stream().map(Job::id).collect(Collectors.toSet());
    for (JobId job : watch.watched()) {
      if (!kept.contains(job)) {
        watch.forget(job);
        pulses.remove(job);
      }
    }
  }

  private void look(Job job, Duration now) {
    watch.begin(job.id(), job.fence(), now);
    watch.headAt(job.id(), job.fence(), job.position(), now);
    pulses
        .get(job.id())
        .filter(pulse -> pulse.fence().equals(job.fence()))
        .ifPresent(pulse -> watch.observe(job.id(), pulse, ticker.get()));
  }
}
