package baton.worker.segment;

import baton.protocol.LifetimeEstimate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * The save with which a session leaves, or a job ends. Training stands still until it is in the
 * store, so no other save should still be on its way when it is to begin.
 *
 * @param busyFor how long the save that runs will still take
 * @param untilLeaving what remains until the session leaves, if it knows its end
 */
record LastSave(
    Costs costs,
    Function<Moment, Duration> busyFor,
    Function<Moment, Optional<Duration>> untilLeaving) {

  /**
   * Whether a save that begins now delays it. At a session's end that is known such a save is of
   * little use. At the job's end it is weighed: the time for which the last save would wait,
   * against what would be lost if the session vanished before, at the rate of such sessions.
   *
   * @param untilEnd how long the rest of the job takes, if that is known
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
