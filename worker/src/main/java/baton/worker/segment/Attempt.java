package baton.worker.segment;

import java.time.Duration;
import java.util.Optional;

/**
 * Something of which one try runs at a time, and which is retried after a pause if it fails (R8).
 */
final class Attempt {
  private final Backoff backoff;
  private boolean underWay;
  private Optional<Countdown> pause = Optional.empty();

  Attempt(Backoff backoff) {
    this.backoff = backoff;
  }

  /** Whether the next try may begin now. */
  boolean mayBegin(Moment now) {
    return !underWay && pause.filter(p -> !p.isOver(now)).isEmpty();
  }

  boolean isUnderWay() {
    return underWay;
  }

  void begin() {
    underWay = true;
    pause = Optional.empty();
  }

  void succeeded() {
    underWay = false;
    pause = Optional.empty();
    backoff.reset();
  }

  void failed(Moment now) {
    underWay = false;
    pause = Optional.of(new Countdown(now, backoff.next()));
  }

  /** Ends a pause early: there is reason to believe that the next try succeeds. */
  void hurry() {
    pause = Optional.empty();
  }

  /** How long the pause lasts; empty if there is none. */
  Optional<Duration> left(Moment now) {
    return underWay ? Optional.empty() : pause.map(p -> p.left(now));
  }
}
