package baton.worker.segment;

import java.time.Duration;

/**
 * How long a lease lasts, as its holder counts (R9): from when the answered request was sent, plus
 * the time for which the coordinator held it.
 *
 * @param ttl how long the lease lasted when the answer was given
 */
public record LeaseTime(Moment sentAt, Duration waited, Duration ttl) {

  /** How long the lease lasts; zero if it has run out, which by itself stops nothing. */
  public Duration left(Moment now) {
    return new Countdown(sentAt, waited.plus(ttl)).left(now);
  }

  /** Runs out when the next renewal is due: after a third of the ttl. */
  Countdown untilRenewal() {
    return new Countdown(sentAt, waited.plus(ttl.dividedBy(3)));
  }

  /** The newer of the two, in case an older answer arrives late. */
  LeaseTime orNewer(LeaseTime other) {
    return other.sentAt.monotonic().compareTo(sentAt.monotonic()) >= 0 ? other : this;
  }
}
