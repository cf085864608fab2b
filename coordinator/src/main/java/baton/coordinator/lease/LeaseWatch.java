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
 * What this coordinator has itself seen of the live leases, by its own monotonic clock. A lease has
 * run out only when its renewal counter was seen unchanged for a whole ttl; a coordinator that has
 * just started, or sees a lease for the first time, begins that wait anew (R12).
 *
 * <p>Times are readings of one monotonic clock, counted from any origin. Not thread-safe.
 */
public final class LeaseWatch {
  private final Map<JobId, Seen> seen = new HashMap<>();
  private final Duration longestAbsence;
  private Duration lastLook;

  /**
   * @param longestAbsence between two looks; who was away for longer may have missed renewals
   */
  public LeaseWatch(Duration longestAbsence) {
    this.longestAbsence = longestAbsence;
  }

  /**
   * @param furthest the most progress seen in this phase; a download that begins again and again
   *     makes none
   * @param head where the job's head was last seen; null: nowhere yet
   * @param begunAt when the lease was first seen
   * @param prepared how long passed before a renewal said that it trains; null: none did yet
   * @param heardAt when the lease was first seen, or its newest renewal
   * @param renewedAt the same, or when the wait for it began anew
   */
  private record Seen(
      Fence fence,
      LeaseHeartbeat pulse,
      long furthest,
      Position head,
      Duration begunAt,
      Duration prepared,
      Duration heardAt,
      Duration renewedAt,
      Duration phaseSince,
      Duration progressedAt) {
    /** What it had done by then is not forgotten, nor does the pause count as a stall. */
    Seen renewedAt(Duration now) {
      Duration missed = now.minus(renewedAt);
      return new Seen(
          fence,
          pulse,
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
      return pulse != null
          && pulse.counter() == other.counter()
          && pulse.said().phase() == other.said().phase()
          && pulse.said().progress() == other.said().progress();
    }

    Seen headAt(Position newest, Duration since) {
      return new Seen(
          fence,
          pulse,
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
   * Tells that renewals are looked at now, as it is done several times a second. Whoever did not
   * for a while, frozen or without a database, cannot tell what passed meanwhile: each wait begins
   * anew (R12).
   */
  public void look(Duration now) {
    beginAnewAfterAbsence(now);
    lastLook = now;
  }

  /**
   * The same of who judges leases without a look at them all: however often that is done while a
   * look waits for a frozen member, nothing is seen of the renewals.
   */
  public void beginAnewAfterAbsence(Duration now) {
    if (lastLook != null && now.minus(lastLook).compareTo(longestAbsence) > 0) {
      beginAnew(now);
      lastLook = now;
    }
  }

  /** Gives each lease a whole ttl from now: what was seen of its renewals counts no longer. */
  public void beginAnew(Duration now) {
    seen.replaceAll((job, last) -> last.renewedAt(now));
  }

  /** Begins to wait for a lease, unless it is being waited for. */
  public void begin(JobId job, Fence fence, Duration now) {
    Seen last = seen.get(job);
    if (last == null || !last.fence.equals(fence)) {
      seen.put(job, new Seen(fence, null, 0, null, now, null, now, now, now, now));
    }
  }

  /** Takes note of the newest renewal there is; one seen before changes nothing. */
  public void observe(JobId job, LeaseHeartbeat pulse, Duration now) {
    begin(job, pulse.fence(), now);
    Seen last = seen.get(job);
    if (last.hasSeen(pulse)) {
      return;
    }
    // Of two renewals in flight the one that was asked for first may be told last.
    Duration at = now.compareTo(last.renewedAt) > 0 ? now : last.renewedAt;
    boolean newPhase = last.pulse == null || last.pulse.said().phase() != pulse.said().phase();
    boolean progressed = newPhase || pulse.said().progress() > last.furthest;
    boolean trainsNow = last.prepared == null && pulse.said().phase() == Phase.TRAIN;
    seen.put(
        job,
        new Seen(
            pulse.fence(),
            pulse,
            progressed ? pulse.said().progress() : last.furthest,
            last.head,
            last.begunAt,
            trainsNow ? at.minus(last.begunAt) : last.prepared,
            at,
            at,
            newPhase ? at : last.phaseSince,
            progressed ? at : last.progressedAt));
  }

  /**
   * A commit begins the holder's phase anew: who trains on under one fence for days is limited from
   * save to save, not as a whole.
   */
  public void committed(JobId job, Fence fence, Duration now) {
    Seen last = seen.get(job);
    if (last != null && last.fence.equals(fence)) {
      seen.put(job, last.headAt(last.head, now));
    }
  }

  /** Takes note of where the head is: it may be another coordinator that took a commit. */
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

  /** What remains of the lease; zero: it has run out. A lease never seen has a whole ttl. */
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
   * The phase in which the lease exceeds its limits, as of its newest renewal; empty: it does not.
   * Who falls silent has run out in time and is lost, but nobody knows that it stalled: it may
   * train on out of reach (R9).
   */
  public Optional<Phase> stalled(JobId job, Fence fence, Map<Phase, PhaseLimit> limits) {
    Seen last = seen.get(job);
    if (last == null || !last.fence.equals(fence) || last.pulse == null) {
      return Optional.empty();
    }
    PhaseLimit limit = limits.get(last.pulse.said().phase());
    Duration stood = last.renewedAt.minus(last.progressedAt);
    Duration dragged = last.renewedAt.minus(last.phaseSince);
    boolean stands = stood.compareTo(limit.withoutProgress()) > 0;
    boolean drags = dragged.compareTo(limit.whole()) > 0;
    return stands || drags ? Optional.of(last.pulse.said().phase()) : Optional.empty();
  }

  /** The newest renewal seen of this lease. */
  public Optional<LeaseHeartbeat> pulse(JobId job, Fence fence) {
    return Optional.ofNullable(seen.get(job))
        .filter(last -> last.fence.equals(fence))
        .map(Seen::pulse);
  }

  /**
   * What it costs when the job changes hands, as this lease shows: the time until it trained, and
   * that of an upload, while which a holder that gives way trains in vain. What was not seen yet
   * counts as nothing.
   */
  public Duration costOfChange(JobId job, Fence fence) {
    Seen last = seen.get(job);
    if (last == null || !last.fence.equals(fence)) {
      return Duration.ZERO;
    }
    Duration upload =
        pulse(job, fence)
            .map(LeaseHeartbeat::said)
            .flatMap(Renewing::saving)
            .flatMap(SaveInterval::upload)
            .orElse(Duration.ZERO);
    return last.prepared == null ? upload : last.prepared.plus(upload);
  }

  /** The jobs of which anything is known. */
  public Set<JobId> watched() {
    return Set.copyOf(seen.keySet());
  }

  public void forget(JobId job) {
    seen.remove(job);
  }
}
