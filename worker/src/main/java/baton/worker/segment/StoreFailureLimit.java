package baton.worker.segment;

import baton.protocol.checkpoint.StoreException.Kind;
import java.time.Duration;
import java.util.Optional;

/**
 * How many failures of the store in a row are tolerated before the lease is given back: three, and
 * if waiting may help, as many as happen in ten minutes.
 */
final class StoreFailureLimit {
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

  /** Whether the limit is reached, after a failure of this kind. */
  boolean isReached(Kind kind, Moment now) {
    boolean mayPass = kind == Kind.UNREACHABLE;
    return inARow >= FAILURES
        && (!mayPass || since.filter(s -> now.since(s).compareTo(OUTAGE) >= 0).isPresent());
  }
}
