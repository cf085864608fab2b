package baton.storage;

import java.time.Duration;

/** The clock that calls to a store use: the machine's, or one that a test moves. */
public interface StoreTime {
  /** Monotonic, counted from an arbitrary origin. */
  Duration now();

  void sleep(Duration pause) throws InterruptedException;

  static StoreTime ofMachine() {
    return new StoreTime() {
      @Override
      public Duration now() {
        return Duration.ofNanos(System.nanoTime());
      }

      @Override
      public void sleep(Duration pause) throws InterruptedException {
        Thread.sleep(pause.toMillis());
      }
    };
  }
}
