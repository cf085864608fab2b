package baton.worker.segment;

import baton.protocol.LifetimeEstimate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * The last save of a session or a job. Training waits until it is in the store, so no other save
 * should still be running when it begins.
 *
 * @param busyFor how long the running save will still take
 * @param untilLeaving how long until the session leaves, if it knows its end
 */
record LastSave(
    Costs costs,
    Function<Moment, Duration> busyFor,
    Function<Moment, Optional<Duration>> untilLeaving) {

  /**
   * Whether a save that begins now would delay the last one too much. Shortly before the known end
   * of a session such a save is of little use. Before the job's end, the time for which the last
   * save would wait is compared with the work that would be lost if the session vanished, times the
   * probability of that.
   *
   * @param untilEnd how long the rest of the job takes, if known
   * @param unsaved how much training would be lost
   */
  boolean isDelayedByOneMore(
      Optional<Duration> untilEnd, Duration unsaved, LifetimeEstimate lifetime, Moment now) {
    Optional<Duration> takes = costs.save().map(busyFor.apply(now)::plus);
    if (takes.isEmpty()) {
      return false;
    }
    boolean atSessionsEnd =
        untilLeaving.apply(now).filter(left -> takes.get().compareTo(left) > 0).isPresent();
    return atSessionsEnd
        || untilEnd
            .filter(left -> waits(takes.get(), left) > atRisk(left, unsaved, lifetime))
            .isPresent();
  }

  private static double waits(Duration takes, Duration left) {
    return Math.max(0, takes.minus(left).toMillis());
  }

  private static double atRisk(Duration left, Duration unsaved, LifetimeEstimate lifetime) {
    double share = (double) left.toMillis() / lifetime.meanTimeToLoss().toMillis();
    return Math.min(1, share) * unsaved.toMillis();
  }
}
