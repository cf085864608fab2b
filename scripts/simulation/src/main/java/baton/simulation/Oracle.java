package baton.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How soon a job could be done on the same machines, with the same boots, restores, starts and
 * uploads, if the end of each session were known: each session saves once, just before its end, and
 * only the sessions that get furthest are used.
 *
 * <p>Leaving a session early never helps: a restore takes the next one equally long at any time. So
 * the best chain of sessions is a longest path over their ends.
 */
final class Oracle {
  /**
   * A session of a machine.
   *
   * @param from when the machine is started
   * @param until when it ends; empty if not while the job lasts
   */
  record Stay(Duration from, Optional<Duration> until) {}

  /**
   * How long each session needs for its steps.
   *
   * @param boot until it can have a lease
   * @param start to start the program, once its state is there
   * @param transfer for a restore, and for an upload
   */
  record Costs(Duration boot, Duration start, Duration transfer) {}

  private static final Duration NEVER = Duration.ofDays(10_000);

  private final Costs costs;
  private final Duration job;

  /**
   * @param job how long the training takes
   */
  Oracle(Costs costs, Duration job) {
    this.costs = costs;
    this.job = job;
  }

  /** When the job is done; empty if these sessions do not suffice. */
  Optional<Duration> done(List<Stay> stays) {
    List<Stay> byEnd = new ArrayList<>(stays);
    byEnd.sort(Comparator.comparing(stay -> stay.until().orElse(NEVER)));
    Map<Duration, Duration> trainedBy = new HashMap<>(Map.of(Duration.ZERO, Duration.ZERO));
    Optional<Duration> done = Optional.empty();
    for (Stay stay : byEnd) {
      Duration end = stay.until().orElse(NEVER);
      Duration furthest = Duration.ZERO;
      for (Map.Entry<Duration, Duration> before : trainedBy.entrySet()) {
        Duration trained = before.getValue();
        Duration begin = begin(stay, before.getKey(), !trained.isZero());
        Duration finish = begin.plus(job.minus(trained)).plus(costs.transfer());
        if (finish.compareTo(end) <= 0 && done.filter(d -> d.compareTo(finish) <= 0).isEmpty()) {
          done = Optional.of(finish);
        }
        Duration more = end.minus(costs.transfer()).minus(begin);
        if (!more.isNegative() && trained.plus(more).compareTo(furthest) > 0) {
          furthest = trained.plus(more);
        }
      }
      trainedBy.merge(end, furthest, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }
    return done;
  }

  private Duration begin(Stay stay, Duration free, boolean restores) {
    Duration ready = stay.from().plus(costs.boot());
    Duration from = ready.compareTo(free) > 0 ? ready : free;
    return from.plus(restores ? costs.transfer() : Duration.ZERO).plus(costs.start());
  }

  /** The sessions of one machine, each begun {@code pause} after the end of the one before. */
  static List<Stay> oneAfterTheOther(List<Duration> lengths, Duration pause) {
    List<Stay> stays = new ArrayList<>();
    Duration from = Duration.ZERO;
    for (Duration length : lengths) {
      Duration until = from.plus(length);
      stays.add(new Stay(from, Optional.of(until)));
      from = until.plus(pause);
    }
    return stays;
  }
}
