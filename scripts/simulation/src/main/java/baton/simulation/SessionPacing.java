package baton.simulation;

import java.time.Duration;

/**
 * How long things take on a worker, in milliseconds from least to most.
 *
 * @param boot from the start of the session's machine to its first request
 */
record SessionPacing(
    int batchesPerEpoch,
    Range boot,
    Range restore,
    Range start,
    Range batch,
    Range evaluate,
    Range snapshot,
    Range upload) {

  /** From least to most milliseconds. */
  record Range(int least, int most) {
    Duration draw(Chance chance) {
      return least == most ? Duration.ofMillis(least) : chance.millis(least, most);
    }
  }

  static SessionPacing drawnFor(FaultProfile weather) {
    return new SessionPacing(
        3,
        new Range(500, 5_000),
        new Range(500, 8_000),
        new Range(200, 2_000),
        new Range(1_500, 4_000),
        new Range(200, 1_000),
        new Range(1, 50),
        weather.slowUpload() ? new Range(20_000, 60_000) : new Range(300, 6_000));
  }
}
