package baton.coordinator.lease;

import java.time.Duration;

/**
 * A lease's time to live: how long nobody may end it after it was granted or renewed. Every time
 * here is a reading of one coordinator's monotonic clock.
 *
 * @param whole how long a lease lasts that was renewed just now
 */
public record Ttl(Duration whole) {
  private static final int LOOKS = 20;

  /** The ttl of this job's leases. */
  public static Ttl of(Job job) {
    return new Ttl(job.spec().policy().ttl());
  }

  /**
   * How long a lease renewed at {@code renewedAt} lasts after {@code now}; zero if it has run out.
   */
  public Duration remaining(Duration renewedAt, Duration now) {
    Duration left = whole.minus(now.minus(renewedAt));
    if (left.compareTo(whole) > 0) {
      return whole; // it was renewed after {@code now}
    }
    return left.isNegative() ? Duration.ZERO : left;
  }

  /**
   * The remaining time that the holder may be told, if its renewal came at {@code came}. This
   * coordinator may wait longer because it was away; others may have waited since the renewal came
   * (R9, R12).
   *
   * @param left the remaining time by what this coordinator has seen
   */
  public Duration told(Duration left, Duration came, Duration now) {
    Duration most = remaining(came, now);
    return left.compareTo(most) < 0 ? left : most;
  }

  /**
   * How long after a renewal was seen here no coordinator can have found the lease run out: another
   * may have seen the renewal some looks earlier, or many if members are slow to answer.
   */
  public Duration surelyLive(boolean membersAreSwift) {
    return membersAreSwift ? whole.minus(whole.dividedBy(LOOKS / 2)) : whole.dividedBy(2);
  }

  /**
   * When to look again at renewals that other coordinators may have received: several times in a
   * ttl, so that no lease runs out much later than it should.
   */
  public Duration nextLook(Duration now) {
    return now.plus(whole.dividedBy(LOOKS));
  }
}
