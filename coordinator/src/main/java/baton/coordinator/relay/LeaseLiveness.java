package baton.coordinator.relay;

import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.coordinator.lease.LeaseWatch;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.Ttl;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Tracks which leases are still renewed: it watches the shared renewals by this coordinator's own
 * clock. Thread-safe.
 */
final class LeaseLiveness {
  private static final Duration SHARED_SWIFTLY = Duration.ofMillis(250);

  private static final Duration BETWEEN_FORGETTING = Duration.ofSeconds(10);

  private final HeartbeatStore heartbeats;
  private final Supplier<Duration> ticker;
  private final Duration longestAbsence;
  private final LeaseWatch watch;
  private final Map<JobId, NextLook> nextLooks = new HashMap<>();

  /** The leases that another member may be ending, because it saw no renewal in time. */
  private final Map<JobId, Doubt> doubts = new HashMap<>();

  private Duration forgotten;

  LeaseLiveness(HeartbeatStore heartbeats, Supplier<Duration> ticker, Duration longestAbsence) {
    this.heartbeats = heartbeats;
    this.ticker = ticker;
    this.longestAbsence = longestAbsence;
    this.watch = new LeaseWatch(longestAbsence);
  }

  /**
   * The holder is promised no time before the end of a doubt: until then a member may still store a
   * decision that ends the lease (see {@link #stillCounts}).
   */
  private record Doubt(Fence fence, Duration since) {}

  /** When to look at the renewals of a lease again. */
  private record NextLook(Fence fence, Duration at) {}

  /** Starts to watch a lease that was granted, or found live at the start (R12). */
  synchronized void begin(JobId job, Fence fence) {
    watch.begin(job, fence, ticker.get());
  }

  /** A check whether what is seen from now on still counts when it is called. */
  BooleanSupplier stillCounts() {
    Duration seen = ticker.get();
    return () -> ticker.get().minus(seen).compareTo(longestAbsence) <= 0;
  }

  /** Restarts every wait, because renewals may have been missed. */
  synchronized void restartWaits() {
    watch.restartWaits(ticker.get());
  }

  /**
   * Shares a renewal with the other members, then notes it; returns whether sharing was quick. The
   * ttl counts from before the call, since others may have seen the renewal at once.
   */
  boolean renewed(Job job, Renewing renewing) {
    Duration before = ticker.get();
    Fence fence = job.fence();
    Optional<LeaseHeartbeat> last = heartbeats.get(job.id());
    if (last.filter(heartbeat -> heartbeat.fence().compareTo(fence) > 0).isPresent()) {
      return false; // the job was leased again since it was read
    }
    LeaseHeartbeat heartbeat =
        new LeaseHeartbeat(
            fence,
            last.filter(p -> p.fence().equals(fence)).map(LeaseHeartbeat::counter).orElse(0L) + 1,
            renewing);
    heartbeats.put(job.id(), heartbeat); // unlocked: it may wait for other members
    synchronized (this) {
      Duration now = ticker.get();
      Duration quiet = watch.quiet(job.id(), fence, now);
      watch.observe(job.id(), heartbeat, before);
      boolean swiftly = now.minus(before).compareTo(SHARED_SWIFTLY) <= 0;
      if (quiet.compareTo(Ttl.of(job).surelyLive(swiftly)) >= 0) {
        doubts.put(job.id(), new Doubt(fence, now));
      }
      return swiftly;
    }
  }

  /** A holder that repeats its request is alive: all members count its ttl from now. */
  void askedAgain(Job job) {
    renewed(
        job,
        heartbeats
            .get(job.id())
            .filter(heartbeat -> heartbeat.fence().equals(job.fence()))
            .map(LeaseHeartbeat::said)
            .orElseGet(
                () ->
                    new Renewing(
                        Phase.SETUP, job.position(), 0, OptionalDouble.empty(), Optional.empty())));
  }

  synchronized void committed(JobId job, Fence fence) {
    watch.committed(job, fence, ticker.get());
  }

  /**
   * Looks at renewals that other members may have received: several times in a ttl for each live
   * lease, so that none runs out much later than it should. Called several times a second.
   *
   * @return the jobs for whose leases there is a new renewal
   */
  List<Job> look(Collection<Job> jobs) {
    List<Job> due = new ArrayList<>();
    synchronized (this) {
      Duration now = ticker.get();
      watch.look(now);
      for (Job job : jobs) {
        if (job.lease().isPresent() && isDue(job, now)) {
          due.add(job);
        }
      }
    }
    return lookAt(due);
  }

  private boolean isDue(Job job, Duration now) {
    NextLook next = nextLooks.get(job.id());
    if (next != null && next.fence.equals(job.fence()) && now.compareTo(next.at) < 0) {
      return false;
    }
    note(job, now);
    nextLooks.put(job.id(), new NextLook(job.fence(), Ttl.of(job).nextLook(now)));
    return true;
  }

  /**
   * The live leases that have run out; each is looked at once more. They are judged by the time
   * before that look: a coordinator that is frozen in between has not seen later renewals.
   */
  Map<JobId, Fence> ranOut(Collection<Job> jobs) {
    Duration before;
    List<Job> silent;
    synchronized (this) {
      before = ticker.get();
      watch.restartWaitsAfterAbsence(before);
      silent = jobs.stream().filter(job -> isSilent(job, before)).toList();
    }
    lookAt(silent);
    synchronized (this) {
      return silent.stream()
          .filter(job -> isSilent(job, before))
          .collect(Collectors.toMap(Job::id, Job::fence));
    }
  }

  private boolean isSilent(Job job, Duration at) {
    return job.lease().isPresent() && remaining(job, at).isZero();
  }

  /**
   * The remaining time that the holder of the live lease may be told, if its renewal came at {@code
   * came}. After a late renewal no time is promised: another member may have found the lease run
   * out and be granting it right now (R9).
   */
  Duration told(Job job, Duration came) {
    Duration left = remaining(job);
    Duration now = ticker.get();
    synchronized (this) {
      Doubt doubt = doubts.get(job.id());
      boolean inDoubt =
          doubt != null
              && doubt.fence.equals(job.fence())
              && now.minus(doubt.since).compareTo(longestAbsence) < 0;
      return inDoubt ? Duration.ZERO : Ttl.of(job).told(left, came, now);
    }
  }

  /** The remaining time of the live lease of {@code job}. */
  Duration remaining(Job job) {
    Duration now = ticker.get();
    boolean isSilent;
    synchronized (this) {
      isSilent = remaining(job, now).isZero();
    }
    if (isSilent) {
      lookAt(List.of(job));
    }
    synchronized (this) {
      return remaining(job, now);
    }
  }

  private Duration remaining(Job job, Duration now) {
    note(job, now);
    return watch.remaining(job.id(), job.fence(), Ttl.of(job), now);
  }

  private void note(Job job, Duration now) {
    watch.begin(job.id(), job.fence(), now);
    watch.headAt(job.id(), job.fence(), job.position(), now);
  }

  /**
   * Reads without the lock, since it may wait for other members; renewals seen here meanwhile are
   * newer.
   */
  private List<Job> lookAt(Collection<Job> jobs) {
    if (jobs.isEmpty()) {
      return List.of();
    }
    Map<JobId, Optional<LeaseHeartbeat>> before = new HashMap<>();
    synchronized (this) {
      jobs.forEach(job -> before.put(job.id(), watch.heartbeat(job.id(), job.fence())));
    }
    Map<JobId, LeaseHeartbeat> newest = heartbeats.all(before.keySet());
    List<Job> news = new ArrayList<>();
    synchronized (this) {
      Duration now = ticker.get();
      for (Job job : jobs) {
        Optional<LeaseHeartbeat> known = before.get(job.id());
        Optional<LeaseHeartbeat> heard =
            Optional.ofNullable(newest.get(job.id()))
                .filter(heartbeat -> heartbeat.fence().equals(job.fence()));
        boolean isNews =
            heard.isPresent()
                && !heard.equals(known)
                && watch.heartbeat(job.id(), job.fence()).equals(known);
        if (isNews) {
          watch.observe(job.id(), heard.get(), now);
          news.add(job);
        }
      }
    }
    return news;
  }

  /** The cost of a hand-over, as far as the current lease shows. */
  synchronized Duration costOfChange(Job job) {
    return watch.costOfChange(job.id(), job.fence());
  }

  /** How long nothing was heard from the holder of the live lease. */
  synchronized Duration silence(JobId job, Fence fence) {
    return watch.silence(job, fence, ticker.get());
  }

  synchronized Optional<Phase> stalled(Job job) {
    note(job, ticker.get());
    return watch.stalled(job.id(), job.fence(), job.spec().policy().limits());
  }

  synchronized Optional<LeaseHeartbeat> heartbeat(Job job) {
    return job.lease().map(Lease::fence).flatMap(fence -> watch.heartbeat(job.id(), fence));
  }

  /** Forgets jobs that are over, now and then. */
  synchronized void forgetAllBut(Collection<Job> open) {
    Duration now = ticker.get();
    if (forgotten != null && now.minus(forgotten).compareTo(BETWEEN_FORGETTING) < 0) {
      return;
    }
    forgotten = now;
    Set<JobId> kept = open.stream().map(Job::id).collect(Collectors.toSet());
    for (JobId job : watch.watched()) {
      if (!kept.contains(job)) {
        watch.forget(job);
        nextLooks.remove(job);
        doubts.remove(job);
        heartbeats.remove(job);
      }
    }
  }
}
