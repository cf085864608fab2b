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
 * @param kills of its workers, in their order; empty: none is
 * @param leastPerBatch how long a batch takes at least: a worker that trains thousands a second is
 *     done before anyone can kill it
 * @param until where it may be left once a checkpoint there is committed; empty: at its end
 * @param longestSilence how long a worker may say nothing, as when a first batch is compiled
 */
public record Plan(
    Cadence cadence,
    List<PlannedKill> kills,
    Optional<Until> until,
    Duration leastPerBatch,
    Duration longestSilence) {
  /** What the product allows. */
  public static final Duration USUAL_SILENCE = Policy.DEFAULT.longestSilence();

  private static final Duration SHORTEST_OF_JOBS = Duration.ofMinutes(1);
  private static final Duration TO_SAY_WHY = Duration.ofMinutes(1);

  /**
   * Far enough, whichever comes first.
   *
   * @param batches so many reports of a batch
   * @param position this position
   */
  public record Until(int batches, Optional<Position> position) {
    /** Whether what is committed goes so far; what was only trained does not count. */
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

  /** In one go, saved at the ends of epochs only. */
  public static Plan unbroken() {
    return new Plan(Cadence.EVERY_EPOCH, List.of(), Optional.empty(), Duration.ZERO, USUAL_SILENCE);
  }

  /** Whether a job may ask for this silence: then its coordinator ends a lease that is longer. */
  boolean isAllowedByJobs() {
    return longestSilence.compareTo(SHORTEST_OF_JOBS) >= 0;
  }

  /** How long a worker is waited for: the coordinator is first, so that its worker says why. */
  Duration patience() {
    return isAllowedByJobs() ? longestSilence.plus(TO_SAY_WHY) : longestSilence;
  }

  /** The same, for a program that may be silent for so long. */
  public Plan silentFor(Duration longest) {
    return new Plan(cadence, kills, until, leastPerBatch, longest);
  }
}
