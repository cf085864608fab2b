package baton.worker.segment;

import java.time.Duration;

/** The known end of a session, and when to begin leaving before it. */
record SessionEnd(Moment begun, Duration endsIn) {
  private static final Duration WIDEST_MARGIN = Duration.ofSeconds(30);

  Duration left(Moment now) {
    return new Countdown(begun, endsIn).left(now);
  }

  /** Runs out when it is time to take the last snapshot. */
  Countdown untilLeaving(Costs costs) {
    Duration stay = endsIn.minus(margin()).minus(costs.toLeave());
    return new Countdown(begun, stay.isNegative() ? Duration.ZERO : stay);
  }

  /** Runs out when only the release can still be sent. */
  Countdown untilTooLate() {
    return new Countdown(begun, endsIn.minus(margin().dividedBy(2)));
  }

  private Duration margin() {
    Duration part = endsIn.dividedBy(20);
    return part.compareTo(WIDEST_MARGIN) < 0 ? part : WIDEST_MARGIN;
  }
}
