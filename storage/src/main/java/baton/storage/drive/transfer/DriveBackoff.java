package baton.storage.drive.transfer;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff as Google advises: from one second, doubled each time, with up to a second of
 * jitter.
 */
final class DriveBackoff {
  private static final int LONGEST_SECONDS = 64;
  private static final int MOST_DOUBLINGS = 6;

  private DriveBackoff() {}

  /**
   * The pause after a failure.
   *
   * @param failures how many there were in a row, this one included
   */
  static Duration after(int failures, RandomGenerator random) {
    long seconds = 1L << Math.min(failures - 1, MOST_DOUBLINGS);
    Duration pause = Duration.ofSeconds(seconds).plusMillis(random.nextInt(1_001));
    Duration longest = Duration.ofSeconds(LONGEST_SECONDS);
    return pause.compareTo(longest) < 0 ? pause : longest;
  }
}
