package baton.worker.segment;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The newest measurements of something that takes time. */
final class Measured {
  private static final int KEPT = 20;
  private static final double LEAST_OF_MEDIAN = 1.1;

  private final Deque<Duration> newest = new ArrayDeque<>();

  void add(Duration time) {
    newest.addLast(time);
    if (newest.size() > KEPT) {
      newest.removeFirst();
    }
  }

  boolean isKnown() {
    return !newest.isEmpty();
  }

  /**
   * A safe upper bound for the next: the 95th percentile, or the slowest if few were measured; at
   * least a tenth above the median.
   */
  Duration safely() {
    List<Duration> sorted = newest.stream().sorted().toList();
    Duration slow = sorted.get((int) Math.ceil(0.95 * sorted.size()) - 1);
    Duration median = sorted.get(sorted.size() / 2);
    Duration least = Duration.ofNanos(Math.round(median.toNanos() * LEAST_OF_MEDIAN));
    return slow.compareTo(least) >= 0 ? slow : least;
  }
}
