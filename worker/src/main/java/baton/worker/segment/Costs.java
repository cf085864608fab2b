package baton.worker.segment;

import java.time.Duration;
import java.util.Optional;

/** What each thing has taken in this session, to foresee how long the next takes. */
final class Costs {
  private final Measured uploads = new Measured();
  private Duration restore = Duration.ZERO;
  private Duration move = Duration.ZERO;
  private final SaveCosts saves = new SaveCosts();

  /** A restore took so long; it moves the bytes of a save the other way. */
  void restoreTook(Duration duration) {
    restore = larger(restore, duration);
  }

  /** A save took so long, from its begin to the store. */
  void uploadTook(Duration duration) {
    uploads.add(duration);
  }

  /** What a save will take, by uploads, else by the restore; empty: nothing was measured. */
  Optional<Duration> save() {
    return upload().or(() -> restore.isZero() ? Optional.empty() : Optional.of(restore));
  }

  /** What an upload will hardly exceed; empty: none was measured. */
  Optional<Duration> upload() {
    return uploads.isKnown() ? Optional.of(uploads.safely()) : Optional.empty();
  }

  /** What saves cost on average. */
  SaveCosts saves() {
    return saves;
  }

  /** The training thread could not be interrupted for so long. */
  void moveTook(Duration duration) {
    move = larger(move, duration);
  }

  /**
   * The time to leave in good order: a batch that has just begun, and the last save. No other save
   * is on its way then, see {@link NextMove}; but while no upload was measured nobody knows that,
   * and two saves are allowed for, each as long as the restore.
   */
  Duration toLeave() {
    return move.plus(upload().orElse(restore.multipliedBy(2)));
  }

  private static Duration larger(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
