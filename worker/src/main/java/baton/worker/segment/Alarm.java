package baton.worker.segment;

import java.time.Duration;
import java.util.Optional;

/** The soonest of several deadlines; those that have passed need no alarm. */
final class Alarm {
  private Optional<Duration> soonest = Optional.empty();

  void after(Duration wait) {
    if (!wait.isZero() && (soonest.isEmpty() || wait.compareTo(soonest.get()) < 0)) {
      soonest = Optional.of(wait);
    }
  }

  void after(Optional<Duration> wait) {
    if (wait.isPresent()) {
      after(wait.get());
    }
  }

  void after(Optional<Countdown> countdown, Moment now) {
    if (countdown.isPresent()) {
      after(countdown.get().left(now));
    }
  }

  Optional<Duration> soonest() {
    return soonest;
  }
}
