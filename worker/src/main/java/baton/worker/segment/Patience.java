package baton.worker.segment;

import baton.protocol.checkpoint.StoreException.Kind;
import java.time.Duration;
import java.util.Optional;

/**
 * How many failures in a row of the store are borne before a lease is given back: three, and where
 * waiting may help, ten minutes of them.
 */
final class Patience {
  private static final int FAILURES = 3;
  private static final Duration OUTAGE = Duration.ofMinutes(10);

  private int inARow;
  private Optional<Moment> since = Optional.empty();

  void failed(Moment now) {
    inARow++;
    since = since.or(() -> Optional.of(now));
  }

  void restored() {
    inARow = 0;
    since = Optional.empty();
  }

  /** Whether it is at an end, after a failure of this kind. */
  boolean isOver(Kind kind, Moment now) {
    boolean mayPass = kind == Kind.UNREACHABLE;
    return inARow >= FAILURES
        && (!mayPass || since.filter(s -> now.since(s).compareTo(OUTAGE) >= 0).isPresent());
  }
}
