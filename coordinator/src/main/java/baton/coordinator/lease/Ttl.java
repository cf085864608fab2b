package baton.coordinator.lease;

import java.time.Duration;

/**
 * A lease's time to live: how long nobody may end it after it was granted or renewed. Every instant
 * here is a reading of one coordinator's monotonic clock.
 *
 * @param whole what a lease has that was renewed just now
 */
public record Ttl(Duration whole) {
  private static final int LOOKS = 20;

  /** The ttl of this job's leases. */
  public static Ttl of(Job job) {
    return new Ttl(job.spec().policy().ttl());
  }

  /** What remains at {@code now} of a lease renewed at {@code renewedAt}; zero: it has run out. */
  public Duration remaining(Duration renewedAt, Duration now) {
    Duration left = whole.minus(now.minus(renewedAt));
    if (left.compareTo(whole) > 0) {
      return whole; // renewed after the time that is asked for
    }
    return left.isNegative() ? Duration.ZERO : left;
  }

  /**
   * What the holder may be told at {@code now}, whose renewal came at {@code came}. This
   * coordinator may wait for longer, having been away; the others have waited since the renewal
   * came at the earliest (R9, R12).
   *
   * @param left what remains by what this coordinator has seen
   */
  public Duration told(Duration left, Duration came, Duration now) {
    Duration most = remaining(came, now);
    return left.compareTo(most) < 0 ? left : most;
  }

  /**
   * So long after a renewal was heard here nobody can have found that the lease ran out: others may
   * have heard it some looks earlier, many where members are slow to answer.
   */
  public Duration surelyLive(boolean membersAreSwift) {
    return membersAreSwift ? whole.minus(whole.dividedBy(LOOKS / 2)) : whole.dividedBy(2);
  }

  /**
   * When the renewals that others may have heard are looked at again: several times in a ttl, so
   * that no lease runs out much later than it should.
   */
  public Duration nextLook(Duration now) {
    return now.plus(whole.dividedBy(LOOKS));
  }
}
