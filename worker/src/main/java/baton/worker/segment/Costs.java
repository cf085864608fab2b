package baton.worker.segment;

import java.time.Duration;

/** What each thing has taken in this session, to foresee how long the next takes. */
final class Costs {
  private Duration save = Duration.ZERO;
  private Duration move = Duration.ZERO;
  private final SaveCosts saves = new SaveCosts();

  /** A save took so long, or a restore, which moves the same bytes the other way. */
  void transferTook(Duration duration) {
    save = larger(save, duration);
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
   * The time to leave in good order: a batch that has just begun, a save that has just begun, and
   * the last save behind it.
   */
  Duration toLeave() {
    return move.plus(save.multipliedBy(2));
  }

  private static Duration larger(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
