package baton.worker.segment;

import java.time.Duration;
import java.time.Instant;

/**
 * A reading of both clocks at one instant.
 *
 * @param monotonic counted from any origin; stands still while a laptop sleeps
 * @param wall may jump
 */
public record Moment(Duration monotonic, Instant wall) {

  /** The time passed since {@code earlier}, by whichever clock shows more (R9); never negative. */
  public Duration since(Moment earlier) {
    Duration byMonotonic = monotonic.minus(earlier.monotonic);
    Duration byWall = Duration.between(earlier.wall, wall);
    Duration larger = byMonotonic.compareTo(byWall) >= 0 ? byMonotonic : byWall;
    return larger.isNegative() ? Duration.ZERO : larger;
  }

  /** The time this machine was awake since {@code earlier}, to measure work. */
  Duration ranSince(Moment earlier) {
    return monotonic.minus(earlier.monotonic);
  }

  public Moment plus(Duration passed) {
    return new Moment(monotonic.plus(passed), wall.plus(passed));
  }
}
