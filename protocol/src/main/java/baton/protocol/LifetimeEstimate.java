package baton.protocol;

import java.time.Duration;

/**
 * How long sessions like a holder's last until they vanish without a word, and what the estimate
 * rests on.
 *
 * @param meanTimeToLoss the expected time until such a session is lost
 * @param lost how many leases of such sessions were lost
 * @param held how long such sessions held leases, in total
 */
public record LifetimeEstimate(Duration meanTimeToLoss, int lost, Duration held) {
  /** The estimate before any session was seen: about what people report of hosted notebooks. */
  public static final Duration PRIOR_MEAN = Duration.ofHours(4);

  public static final LifetimeEstimate PRIOR = new LifetimeEstimate(PRIOR_MEAN, 0, Duration.ZERO);

  public LifetimeEstimate {
    if (meanTimeToLoss.isNegative() || meanTimeToLoss.isZero() || held.isNegative() || lost < 0) {
      throw new IllegalArgumentException("a session lasts a while, and losses are counted from 0");
    }
  }

  /** Such as {@code sessions like this last 52 min (11 lost in 9.6 h)}. */
  @Override
  public String toString() {
    String from =
        held.isZero() ? "none was seen yet" : "%d lost in %s".formatted(lost, Span.of(held));
    return "sessions like this last %s (%s)".formatted(Span.of(meanTimeToLoss), from);
  }
}
