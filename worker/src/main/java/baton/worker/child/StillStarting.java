package baton.worker.child;

import java.time.Duration;

/**
 * Reports from time to time that a child is still starting: a framework's imports may take a
 * minute.
 */
final class StillStarting {
  static final Duration USUAL = Duration.ofSeconds(20);
  private static final int SOON = 3;

  private final ChildListener listener;
  private final Duration first;
  private final long begun = System.nanoTime();
  private int told;

  StillStarting(ChildListener listener, Duration first) {
    this.listener = listener;
    this.first = first;
  }

  /** The wait before the next report; longer after the first few. */
  Duration pause() {
    return told < SOON ? first : first.multipliedBy(SOON);
  }

  void tell() {
    told++;
    Duration waited = Duration.ofNanos(System.nanoTime() - begun);
    listener.told("… still starting, %d s".formatted(waited.toSeconds()));
  }
}
