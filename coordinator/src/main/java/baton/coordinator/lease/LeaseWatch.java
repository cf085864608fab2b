package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Phase;
import baton.protocol.PhaseLimit;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this coordinator itself has seen of the live leases, by its own monotonic clock. A lease has
 * run out only when this coordinator has seen its renewal counter unchanged for a whole ttl. The
 * wait starts over when a coordinator starts or sees a lease for the first time (R12).
 *
 * <p>Times are readings of one monotonic clock, counted from any origin. Not thread-safe.
 */
public final class LeaseWatch {
  private final Map<JobId, Seen> seen = new HashMap<>();
  private final Duration longestAbsence;
  private Duration lastLook;

  /**
   * @param longestAbsence the longest time between two calls of {@link #look}; after a longer one,
   *     renewals may have been missed
   */
  public LeaseWatch(Duration longestAbsence) {
    this.longestAbsence = longestAbsence;
  }

  /**
   * @param furthest the most progress seen in this phase; a download that starts over again and
   *     again makes none
   * @param head where the job's head was last seen; null if not seen yet
   * @param begunAt when the lease was first seen
   * @param prepared how long it took until a renewal reported training; null if none did yet
   * @param heardAt when the lease was first seen, or its newest renewal
   * @param renewedAt like {@code heardAt}, or later if the wait was started over
   */
  private record Seen(
      Fence fence,
      LeaseHeartbeat heartbeat,
      long furthest,
      Position head,
      Duration begunAt,
      Duration prepared,
      Duration heardAt,
      Duration renewedAt,
      Duration phaseSince,
      Duration progressedAt) {
    /**
     * Starts the ttl at {@code now}. Progress is kept, and the time before {@code now} does not
     * count as a stall.
     */
    Seen renewedAt(Duration now) {
      Duration missed = now.minus(renewedAt);
      return new Seen(
          fence,
          heartbeat,
          furthest,
          head,
          begunAt,
          prepared,
          heardAt,
          now,
          phaseSince.plus(missed),
          progressedAt.plus(missed));
    }

    /** Two members that renew at once may give both renewals the same counter. */
    boolean hasSeen(LeaseHeartbeat other) {
      return heartbeat != null
          && heartbeat.counter() == other.counter()
          && heartbeat.said().phase() == other.said().phase()
          && heartbeat.said().progress() == other.said().progress();
    }

    Seen headAt(Position newest, Duration since) {
      return new Seen(
          fence,
          heartbeat,
          furthest,
          newest,
          begunAt,
          prepared,
          heardAt,
          renewedAt,
          since,
          progressedAt);
    }
  }

  /**
   * To be called several times a second, whenever renewals are looked at. After a long pause (the
   * process was frozen or without a database) renewals may have been missed, so every wait starts
   * over (R12).
   */
  public void look(Duration now) {
    restartWaitsAfterAbsence(now);
    lastLook = now;
  }

  /**
   * The same check for a caller that judges leases without looking at all renewals. It does not
   * count as a look: while a look waits for a frozen member, no renewal is seen.
   */
  public void restartWaitsAfterAbsence(Duration now) {
    if (lastLook != null && now.minus(lastLook).compareTo(longestAbsence) > 0) {
      restartWaits(now);
      lastLook = now;
    }
  }

  /** Gives each lease a whole ttl from now: what was seen of its renewals no longer counts. */
  public void restartWaits(Duration now) {
    seen.replaceAll((job, last) -> last.renewedAt(now));
  }

  /** Starts to watch a lease, unless it is already watched. */
  public void begin(JobId job, Fence fence, Duration now) {
    if (lastLook == null) {
      lastLook = now; // a freeze between the start and the first look is an absence too
    }
    Seen last = seen.get(job);
    if (last == null || !last.fence.equals(fence)) {
      seen.put(job, new Seen(fence, null, 0, null, now, null, now, now, now, now));
    }
  }

  /** Notes the newest renewal of a job's lease; one that was seen before changes nothing. */
  public void observe(JobId job, LeaseHeartbeat heartbeat, Duration now) {
    begin(job, heartbeat.fence(), now);
    Seen last = seen.get(job);
    if (last.hasSeen(heartbeat)) {
      return;
    }
    // Two renewals in flight may arrive here in the wrong order.
    Duration at = now.compareTo(last.renewedAt) > 0 ? now : last.renewedAt;
    boolean newPhase =
        last.heartbeat == null || last.heartbeat.said().phase() != heartbeat.said().phase();
    boolean progressed = newPhase || heartbeat.said().progress() > last.furthest;
    boolean trainsNow = last.prepared == null && heartbeat.said().phase() == Phase.TRAIN;
    seen.put(
        job,
        new Seen(
            heartbeat.fence(),
            heartbeat,
            progressed ? heartbeat.said().progress() : last.furthest,
            last.head,
            last.begunAt,
            trainsNow ? at.minus(last.begunAt) : last.prepared,
            at,
            at,
            newPhase ? at : last.phaseSince,
            progressed ? at : last.progressedAt));
  }

  /**
   * A commit restarts the holder's phase: a holder that trains under one fence for days is limited
   * from save to save, not as a whole.
   */
  public void committed(JobId job, Fence fence, Duration now) {
    Seen last = seen.get(job);
    if (last != null && last.fence.equals(fence)) {
      seen.put(job, last.headAt(last.head, now));
    }
  }

  /** Notes where the head is: another coordinator may have taken a commit. */
  public void headAt(JobId job, Fence fence, Position head, Duration now) {
    Seen last = seen.get(job);
    if (last == null || !last.fence.equals(fence)) {
      return;
    }
    if (last.head == null) {
      seen.put(job, last.headAt(head, last.phaseSince));
    } else if (head.isAfter(last.head)) {
      seen.put(job, last.headAt(head, now));
    }
  }

  /**
   * How long the lease lasts; zero if it has run out. A lease that was never seen has a whole ttl.
   */
  public Duration remaining(JobId job, Fence fence, Ttl ttl, Duration now) {
    Seen last = seen.get(job);
    boolean known = last != null && last.fence.equals(fence);
    return known ? ttl.remaining(last.renewedAt, now) : ttl.whole();
  }

  /** The time since its last renewal that was heard here, or since it was first seen. */
  public Duration quiet(JobId job, Fence fence, Duration now) {
    Seen last = seen.get(job);
    return last == null || !last.fence.equals(fence) ? Duration.ZERO : now.minus(last.heardAt);
  }

  /** The time since its last renewal or commit, as far as this coordinator knows. */
  public Duration silence(JobId job, Fence fence, Duration now) {
    Seen last = seen.get(job);
    if (last == null || !last.fence.equals(fence)) {
      return Duration.ZERO;
    }
    boolean committedLater = last.phaseSince.compareTo(last.renewedAt) > 0;
    return now.minus(committedLater ? last.phaseSince : last.renewedAt);
  }

  /**
   * The phase whose limits the lease exceeds, as of its newest renewal; empty if none. A silent
   * holder is not stalled: it may train on out of reach, and its lease runs out in time (R9).
   */
  public Optional<Phase> stalled(JobId job, Fence fence, Map<Phase, PhaseLimit> limits) {
    Seen last = seen.get(job);
    if (last == null || !last.fence.equals(fence) || last.heartbeat == null) {
      return Optional.empty();
    }
    PhaseLimit limit = limits.get(last.heartbeat.said().phase());
    Duration stood = last.renewedAt.minus(last.progressedAt);
    Duration dragged = last.renewedAt.minus(last.phaseSince);
    boolean stands = stood.compareTo(limit.withoutProgress()) > 0;
    boolean drags = dragged.compareTo(limit.whole()) > 0;
    return stands || drags ? Optional.of(last.heartbeat.said().phase()) : Optional.empty();
  }

  /** The newest renewal seen of this lease. */
  public Optional<LeaseHeartbeat> heartbeat(JobId job, Fence fence) {
    return Optional.ofNullable(seen.get(job))
        .filter(last -> last.fence.equals(fence))
        .map(Seen::heartbeat);
  }

  /**
   * The cost of a hand-over, as measured in this lease: the time until it trained, plus that of one
   * upload, since a holder that gives way loses what it trains meanwhile. What was not seen yet
   * counts as zero.
   */
  public Duration costOfChange(JobId job, Fence fence) {
    Seen last = seen.get(job);
    if (last == null || !last.fence.equals(fence)) {
      return Duration.ZERO;
    }
    Duration upload =
        heartbeat(job, fence)
            .map(LeaseHeartbeat::said)
            .flatMap(Renewing::saving)
            .flatMap(SaveInterval::upload)
            .orElse(Duration.ZERO);
    return last.prepared == null ? upload : last.prepared.plus(upload);
  }

  /** The jobs that are watched. */
  public Set<JobId> watched() {
    return Set.copyOf(seen.keySet());
  }

  public void forget(JobId job) {
    seen.remove(job);
  }
}
