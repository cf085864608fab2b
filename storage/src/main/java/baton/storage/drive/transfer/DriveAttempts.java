package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The retries of one operation on Drive: the pauses between attempts, and when to give up. */
final class DriveAttempts {
  private static final Logger LOG = LoggerFactory.getLogger(DriveAttempts.class);

  private final String doing;
  private final DriveSetup setup;
  private final Duration until;
  private int failures;

  DriveAttempts(String doing, DriveSetup setup, Duration until) {
    this.doing = doing;
    this.setup = setup;
    this.until = until;
  }

  /** Notes progress since the last failure, which resets the count of failures. */
  void progressed() {
    failures = 0;
  }

  /** Pauses after a failure that may pass; throws any other. */
  void failed(DriveFailure failure) throws StoreException {
    if (!failure.passes()) {
      throw failure.told(doing);
    }
    again(failure);
  }

  /** Pauses before the next attempt; throws after too many. */
  void again(DriveFailure failure) throws StoreException {
    failures++;
    if (failures >= setup.policy().failures()) {
      throw failure.told("%s in %d attempts".formatted(doing, failures));
    }
    Duration pause = DriveBackoff.after(failures, setup.random());
    if (setup.time().now().plus(pause).compareTo(until) > 0) {
      throw failure.told(doing + " in the time that it may take");
    }
    LOG.info("Will {} again in {} ms ({}).", doing, pause.toMillis(), failure.getMessage());
    sleep(pause);
  }

  void requireTime() throws StoreException {
    if (setup.time().now().compareTo(until) > 0) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "Could not %s in the time that it may take. The link to Google Drive is too slow; use a"
                  .formatted(doing)
              + " faster one, smaller checkpoints or another store.");
    }
  }

  private void sleep(Duration pause) throws StoreException {
    try {
      setup.time().sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          Kind.UNREACHABLE,
          "Could not %s. It was abandoned because this session is ending.".formatted(doing));
    }
  }
}
