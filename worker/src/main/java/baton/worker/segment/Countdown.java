package baton.worker.segment;

import java.time.Duration;

/** A length of time that runs out, by whichever clock shows more time passed. */
record Countdown(Moment from, Duration length) {

  Duration left(Moment now) {
    Duration left = length.minus(now.since(from));
    return left.isNegative() ? Duration.ZERO : left;
  }

  boolean isOver(Moment now) {
    return left(now).isZero();
  }
}
