package baton.storage.drive;

import java.time.Duration;

/** The time that calls to Drive live by: the machine's, or one that a test moves. */
public interface DriveTime {
  /** Counted from any origin; never goes back. */
  Duration now();

  void sleep(Duration pause) throws InterruptedException;

  static DriveTime ofMachine() {
    return new DriveTime() {
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
