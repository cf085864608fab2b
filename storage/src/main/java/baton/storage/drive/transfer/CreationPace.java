package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.StoreTime;
import java.time.Duration;

/**
 * Limits the rate at which a session creates files. Drive accepts about two new files a second from
 * a user and refuses more; a burst of a checkpoint or two is let through at once, and only a longer
 * stream is slowed down.
 */
public final class CreationPace {
  private static final int AT_ONCE = 10;
  private static final Duration EACH = Duration.ofMillis(500);

  private final StoreTime time;
  private Duration allTaken;

  public CreationPace(StoreTime time) {
    this.time = time;
    this.allTaken = time.now();
  }

  /** Waits until one more file may be created. */
  public void await() throws StoreException {
    Duration pause = take();
    if (pause.isZero()) {
      return;
    }
    try {
      time.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          Kind.UNREACHABLE,
          "A file for Google Drive was abandoned before its upload: this session is ending.");
    }
  }

  private synchronized Duration take() {
    Duration now = time.now();
    Duration from = allTaken.compareTo(now) > 0 ? allTaken : now;
    Duration pause = from.minus(EACH.multipliedBy(AT_ONCE - 1)).minus(now);
    allTaken = from.plus(EACH);
    return pause.isNegative() ? Duration.ZERO : pause;
  }
}
