package baton.coordinator.http;

import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.protocol.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Estimates when a job will be complete, from the duration of its newest segments: lost work counts
 * as time, waiting for a worker does not.
 */
final class Eta {
  /** The number of newest segments from which the pace is estimated. */
  static final int SEGMENTS = 100;

  private Eta() {}

  /**
   * @param segments the newest of the job's history
   * @param head its position
   * @param lastSign when the holder of the current lease was last heard from: its silence is not
   *     work
   * @return the time it needs under a lease; empty before the first whole epoch
   */
  static Optional<Duration> of(
      List<SegmentRow> segments, Position head, int epochs, Instant lastSign) {
    int done = segments.isEmpty() ? 0 : head.epoch() - segments.get(0).from().epoch();
    if (done <= 0 || head.epoch() > epochs) {
      return Optional.empty();
    }
    Duration leased =
        segments.stream()
            .map(row -> Duration.between(row.startedAt(), row.endedAt().orElse(lastSign)))
            .filter(time -> !time.isNegative())
            .reduce(Duration.ZERO, Duration::plus);
    return leased.isZero()
        ? Optional.empty()
        : Optional.of(leased.dividedBy(done).multipliedBy(epochs - head.epoch()));
  }
}
