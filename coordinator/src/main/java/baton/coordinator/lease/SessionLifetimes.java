package baton.coordinator.lease;

import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.protocol.LifetimeEstimate;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long leases were held, and how many were lost. A session that vanishes and one that stalls
 * both count, since both lose what they had not saved.
 */
public record SessionLifetimes(Duration held, int lost) {
  public static final SessionLifetimes NONE = new SessionLifetimes(Duration.ZERO, 0);

  private static final Duration LEAST = Duration.ofMinutes(1);
  private static final Duration MOST = Duration.ofDays(7);

  /** Limited, because a machine at home that is never lost says little about a rented one. */
  private static final Duration MOST_BY_OTHERS = Duration.ofDays(1);

  SessionLifetimes plus(SessionLifetimes other) {
    return new SessionLifetimes(held.plus(other.held), lost + other.lost);
  }

  /** The lifetimes by kind of device, from segments that have ended. */
  public static Map<String, SessionLifetimes> byDevice(Collection<SegmentRow> segments) {
    Map<String, SessionLifetimes> byDevice = new TreeMap<>();
    for (SegmentRow row : segments) {
      row.endedAt()
          .ifPresent(
              end ->
                  byDevice.merge(
                      row.device(),
                      of(row, Duration.between(row.startedAt(), end)),
                      SessionLifetimes::plus));
    }
    return byDevice;
  }

  private static SessionLifetimes of(SegmentRow row, Duration held) {
    boolean lost =
        row.why().filter(why -> why == LeaseEnd.LOST || why == LeaseEnd.STALLED).isPresent();
    return new SessionLifetimes(held.isNegative() ? Duration.ZERO : held, lost ? 1 : 0);
  }

  /**
   * How long sessions on {@code device} are expected to last, estimated in two steps. Losses are a
   * Poisson process whose rate has a gamma prior with the weight of one loss. The prior is
   * conjugate, so the estimate is (prior mean + time held) / (1 + losses). The first step estimates
   * all other devices from {@link LifetimeEstimate#PRIOR_MEAN}; the result, at most a day, is the
   * prior mean for this device.
   */
  public static LifetimeEstimate lifetime(Map<String, SessionLifetimes> byDevice, String device) {
    SessionLifetimes own = byDevice.getOrDefault(device, NONE);
    SessionLifetimes others =
        byDevice.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(device))
            .map(Map.Entry::getValue)
            .reduce(NONE, SessionLifetimes::plus);
    Duration prior = bounded(others.posteriorMean(LifetimeEstimate.PRIOR_MEAN), MOST_BY_OTHERS);
    return new LifetimeEstimate(bounded(own.posteriorMean(prior), MOST), own.lost, own.held);
  }

  private Duration posteriorMean(Duration priorMean) {
    return priorMean.plus(held).dividedBy(1L + lost);
  }

  private static Duration bounded(Duration mean, Duration most) {
    Duration atLeast = mean.compareTo(LEAST) < 0 ? LEAST : mean;
    return atLeast.compareTo(most) > 0 ? most : atLeast;
  }
}
