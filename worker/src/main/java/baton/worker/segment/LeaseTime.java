package baton.worker.segment;

import java.time.Duration;

/**
 * How long a lease lives on, as its holder counts (R9): from the sending of the request that was
 * answered, plus the time the coordinator held it.
 *
 * @param ttl what remained of the lease when the answer was given
 */
public record LeaseTime(Moment sentAt, Duration waited, Duration ttl) {

  /** What remains; zero: it has run out, which obliges the holder to nothing but caution. */
  public Duration left(Moment now) {
    return new Countdown(sentAt, waited.plus(ttl)).left(now);
  }

  /** Runs out when the next renewal is due: after a third of the ttl. */
  Countdown untilRenewal() {
    return new Countdown(sentAt, waited.plus(ttl.dividedBy(3)));
  }

  /** The newer of both, should an older answer arrive late. */
  LeaseTime orNewer(LeaseTime other) {
    return other.sentAt.monotonic().compareTo(sentAt.monotonic()) >= 0 ? other : this;
  }
}
