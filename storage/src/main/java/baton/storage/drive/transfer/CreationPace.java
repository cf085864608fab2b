package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.StoreTime;
import java.time.Duration;

/**
 * The pace of a session's creations. Drive takes about two new files a second from a user and
 * refuses more; a checkpoint or two may go at once, so that only a stream of them is held back.
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

  /** Waits for one more creation's turn. */
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
