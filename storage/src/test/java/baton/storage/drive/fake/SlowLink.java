package baton.storage.drive.fake;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A link with a rate, for demos: the one place where the fake really waits. */
final class SlowLink {
  private SlowLink() {}

  static void pass(Optional<Action.Slow> slow, long bytes) {
    if (slow.isPresent()) {
      try {
        TimeUnit.NANOSECONDS.sleep(bytes * 1_000_000_000L / slow.get().bytesPerSecond());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ConnectionCut();
      }
    }
  }
}
