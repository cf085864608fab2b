package baton.worker.segment;

import java.time.Duration;
import java.util.Optional;

/** How long things took in this session, to predict how long they will take. */
final class Costs {
  private final Measured uploads = new Measured();
  private Duration restore = Duration.ZERO;
  private Duration move = Duration.ZERO;
  private final SaveCosts saves = new SaveCosts();

  /** Notes how long a restore took; it moves the same bytes as a save, in the other direction. */
  void restoreTook(Duration duration) {
    restore = larger(restore, duration);
  }

  /** Notes how long a save took, from its beginning until it was in the store. */
  void uploadTook(Duration duration) {
    uploads.add(duration);
  }

  /**
   * How long a save will take, by past saves, or else by the restore; empty if nothing was
   * measured.
   */
  Optional<Duration> save() {
    return upload().or(() -> restore.isZero() ? Optional.empty() : Optional.of(restore));
  }

  /** A safe upper bound on how long an upload takes; empty if none was measured. */
  Optional<Duration> upload() {
    return uploads.isKnown() ? Optional.of(uploads.safely()) : Optional.empty();
  }

  /** What saves cost, on average. */
  SaveCosts saves() {
    return saves;
  }

  /** Notes how long the training thread was in one uninterruptible step. */
  void moveTook(Duration duration) {
    move = larger(move, duration);
  }

  /**
   * How long an orderly exit takes: a batch that has just begun, and the last save. No other save
   * is running then, see {@link NextMove}. As long as no upload was measured, that is not certain,
   * so the time of two saves is allowed, each as long as the restore.
   */
  Duration toLeave() {
    return move.plus(upload().orElse(restore.multipliedBy(2)));
  }

  private static Duration larger(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
