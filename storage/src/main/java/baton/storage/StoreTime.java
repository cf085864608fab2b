package baton.storage;

import java.time.Duration;

/** The time that calls to a store live by: the machine's, or one that a test moves. */
public interface StoreTime {
  /** Counted from any origin; never goes back. */
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
