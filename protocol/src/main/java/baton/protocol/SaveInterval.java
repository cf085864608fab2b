package baton.protocol;

import java.time.Duration;
import java.util.Optional;

/**
 * How often a holder with the cadence {@link Cadence.Unit#AUTO} saves, and why.
 *
 * @param interval the time it trains between two saves
 * @param cost how long a save stops training; empty if no save was measured yet
 * @param upload how long a save takes until it is in the store; empty if no save was measured yet
 */
public record SaveInterval(
    Duration interval,
    Optional<Duration> cost,
    Optional<Duration> upload,
    LifetimeEstimate lifetime) {

  /**
   * Such as {@code saves every 3 min 10 s: a save costs 40 ms, sessions like this last 52 min (11
   * lost in 9.6 h)}.
   */
  public String reason() {
    return "saves every %s: %s%s, %s"
        .formatted(
            Span.of(interval),
            cost.map(known -> "a save costs " + Span.of(known))
                .orElse("what a save costs is not measured yet"),
            upload
                .filter(time -> time.equals(interval))
                .map(time -> " and its upload takes as long")
                .orElse(""),
            lifetime);
  }
}
