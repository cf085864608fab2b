package baton.cli.relay;

import baton.protocol.Cadence;
import baton.protocol.Policy;
import baton.protocol.Position;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a job is trained.
 *
 * @param kills the kills of its workers, in order; may be empty
 * @param leastPerBatch the minimum time of a batch: a worker that trains thousands per second would
 *     be done before it could be killed
 * @param until when the job may be stopped, once a checkpoint there is committed; empty to train to
 *     the end
 * @param longestSilence how long a worker may print nothing, for example while a first batch is
 *     compiled
 */
public record Plan(
    Cadence cadence,
    List<PlannedKill> kills,
    Optional<Until> until,
    Duration leastPerBatch,
    Duration longestSilence) {
  /** The limit of the product. */
  public static final Duration USUAL_SILENCE = Policy.DEFAULT.longestSilence();

  private static final Duration SHORTEST_OF_JOBS = Duration.ofMinutes(1);
  private static final Duration TO_SAY_WHY = Duration.ofMinutes(1);

  /**
   * When a run is long enough: at whichever comes first.
   *
   * @param batches this many reported batches
   * @param position this position
   */
  public record Until(int batches, Optional<Position> position) {
    /** Whether the commits have come so far; uncommitted training does not count. */
    boolean isReached(List<Position> reached, Position committed) {
      return position
          .or(() -> reached.stream().skip(batches - 1L).findFirst())
          .filter(at -> !at.isAfter(committed))
          .isPresent();
    }
  }

  public Plan {
    kills = List.copyOf(kills);
  }

  /** A plan without kills, saved only at the ends of epochs. */
  public static Plan unbroken() {
    return new Plan(Cadence.EVERY_EPOCH, List.of(), Optional.empty(), Duration.ZERO, USUAL_SILENCE);
  }

  /** Whether a job may have this limit; then the coordinator ends a lease that exceeds it. */
  boolean isAllowedByJobs() {
    return longestSilence.compareTo(SHORTEST_OF_JOBS) >= 0;
  }

  /**
   * How long to wait for a worker: longer than the coordinator does, so that the worker reports why
   * it ended.
   */
  Duration timeout() {
    return isAllowedByJobs() ? longestSilence.plus(TO_SAY_WHY) : longestSilence;
  }

  /** This plan, for a program that may be silent for {@code longest}. */
  public Plan silentFor(Duration longest) {
    return new Plan(cadence, kills, until, leastPerBatch, longest);
  }
}
