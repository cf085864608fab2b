package baton.coordinator.lease;

import baton.protocol.Ask;
import baton.protocol.Fence;
import baton.protocol.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Decides when a job is handed over although its holder could train on. A hand-over costs what the
 * holder trained during its last upload, plus the next holder's start and restore, so it must be
 * worth that:
 *
 * <ol>
 *   <li>a job of higher priority waits for one save;
 *   <li>jobs of one priority take turns, long enough that hand-overs cost little;
 *   <li>a session that is about to end gives way to one that lasts longer;
 *   <li>nobody gives way just because an equal worker waits.
 * </ol>
 */
public final class Turns {
  /**
   * How long a turn lasts, in multiples of the cost of a hand-over: hand-overs then take a
   * twentieth of the time at most.
   */
  private static final int COSTS_PER_TURN = 20;

  static final Duration SHORTEST_TURN = Duration.ofMinutes(5);
  static final Duration LONGEST_TURN = Duration.ofHours(1);

  /** A session with less time left than this is about to end, however cheap a hand-over is. */
  static final Duration ABOUT_TO_END = Duration.ofMinutes(1);

  private Turns() {}

  /**
   * When the holder of {@code job} gives way.
   *
   * @param jobs all jobs that are not over, or at least those of the same or a higher priority
   * @param waiting requests that wait for a lease now
   * @param ranOut the live leases that have run out, by job
   * @param cost the measured cost of a hand-over; zero if unknown
   */
  public static GiveWay when(
      Job job,
      Collection<Job> jobs,
      Collection<Ask> waiting,
      Map<JobId, Fence> ranOut,
      Duration cost,
      Instant now) {
    if (job.lease().isEmpty()) {
      return GiveWay.NOT_NOW;
    }
    Lease lease = job.lease().get();
    int most =
        jobs.stream()
            .filter(other -> !other.id().equals(job.id()) && Schedule.isOpen(other, ranOut))
            .filter(other -> Eligibility.obstacle(other, lease.ask(), now).isEmpty())
            .filter(other -> waiting.stream().noneMatch(ask -> mayHave(other, ask, now)))
            .mapToInt(other -> other.spec().priority())
            .max()
            .orElse(Integer.MIN_VALUE);
    if (most > job.spec().priority()) {
      return GiveWay.WITH_NEXT_SAVE;
    }
    boolean turnIsOver =
        most == job.spec().priority() && !lease.grantedAt().plus(turn(cost)).isAfter(now);
    return turnIsOver || isOutlived(job, lease, waiting, cost, now)
        ? GiveWay.AT_SEGMENT_END
        : GiveWay.NOT_NOW;
  }

  /** How long a turn lasts among jobs of one priority. */
  static Duration turn(Duration cost) {
    Duration worthIt = cost.multipliedBy(COSTS_PER_TURN);
    return worthIt.compareTo(SHORTEST_TURN) < 0
        ? SHORTEST_TURN
        : worthIt.compareTo(LONGEST_TURN) > 0 ? LONGEST_TURN : worthIt;
  }

  /**
   * Whether the holder's session ends too soon for another save, and a waiting one does not. The
   * holder's remaining time is what it stated in its request, less the time since the grant.
   */
  private static boolean isOutlived(
      Job job, Lease lease, Collection<Ask> waiting, Duration cost, Instant now) {
    Duration soon = cost.compareTo(ABOUT_TO_END) < 0 ? ABOUT_TO_END : cost;
    Optional<Duration> left =
        lease.ask().endsIn().map(ends -> ends.minus(Duration.between(lease.grantedAt(), now)));
    return left.filter(span -> span.compareTo(soon) <= 0).isPresent()
        && waiting.stream()
            .filter(ask -> !ask.session().equals(lease.ask().session()))
            .filter(ask -> mayHave(job, ask, now))
            .anyMatch(ask -> !endsWithin(ask, soon.plus(SHORTEST_TURN)));
  }

  private static boolean endsWithin(Ask ask, Duration span) {
    return ask.endsIn().filter(ends -> ends.compareTo(span) <= 0).isPresent();
  }

  private static boolean mayHave(Job job, Ask ask, Instant now) {
    return Eligibility.obstacle(job, ask, now).isEmpty();
  }
}
