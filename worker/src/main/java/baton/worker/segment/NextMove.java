package baton.worker.segment;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import baton.worker.segment.ReleasePlan.Keep;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the training thread does next. A segment's end is a hand-over point and not a wall: training
 * goes past it while the save is on its way, but never past the job's last epoch.
 */
final class NextMove {
  /** What comes between two batches, or the next of them. */
  enum Move {
    EVALUATE,
    COPY,
    TRAIN,
    REST
  }

  private final JobSpec spec;
  private final Training training;
  private final Saves saves;
  private final Supplier<SaveInterval> interval;
  private final LastSave lastSave;
  private Position segmentEnd;
  private Moment copiedAt;
  private boolean copyWanted;

  /**
   * @param interval how often it pays to save, by what is known now
   * @param lastSave when the last save must begin
   */
  NextMove(
      JobSpec spec,
      Training training,
      Saves saves,
      Supplier<SaveInterval> interval,
      LastSave lastSave,
      Position segmentEnd,
      Moment now) {
    this.spec = spec;
    this.training = training;
    this.saves = saves;
    this.interval = interval;
    this.lastSave = lastSave;
    this.segmentEnd = segmentEnd;
    this.copiedAt = now;
  }

  void segmentEndsAt(Position end) {
    segmentEnd = end;
  }

  /** From now on a cadence in seconds counts. */
  void begins(Moment now) {
    copiedAt = now;
  }

  void copied(Moment now) {
    copiedAt = now;
    copyWanted = false;
  }

  /** Has a copy taken off the cadence, of whatever is new. */
  void wantCopy() {
    copyWanted = true;
  }

  /** The move that follows, for a thread that is ready. What is measured goes into the copy. */
  Move next(Optional<ReleasePlan> leaving, Moment now) {
    boolean copy = isCopyDue(leaving, now) && saves.hasRoom();
    boolean train = trainsOn(leaving);
    if (training.isEvaluationDue() && (copy || train)) {
      return Move.EVALUATE;
    }
    return copy ? Move.COPY : train ? Move.TRAIN : Move.REST;
  }

  boolean trainsOn(Optional<ReleasePlan> leaving) {
    return leaving.isEmpty() && !training.isFinal();
  }

  /** Whether there is nothing that was trained and is neither saved nor being saved. */
  boolean isAllCopied() {
    return !training.hasRun() || (training.isReady() && !hasNews());
  }

  private boolean hasNews() {
    return training.position().isAfter(saves.newest());
  }

  private boolean isCopyDue(Optional<ReleasePlan> leaving, Moment now) {
    if (leaving.isPresent()) {
      return hasNews() && leaving.get().keep() == Keep.EVERYTHING;
    }
    return (hasNews() && copyWanted) || (isPlanned(now) && !wouldDelayTheLast(now));
  }

  private boolean isPlanned(Moment now) {
    return new SavePlan(
            spec, training.batchesPerEpoch(), interval.get().interval(), saves.isSaving())
        .isDue(
            training.position(),
            saves.newest(),
            segmentEnd,
            training.isFinal(),
            now.since(copiedAt));
  }

  /** One save is uploaded at a time. What is asked for by position is saved in any case. */
  private boolean wouldDelayTheLast(Moment now) {
    return !training.isFinal()
        && !isAskedFor(training.position())
        && lastSave.isDelayedByOneMore(
            training.untilEnd(), now.since(copiedAt), interval.get().lifetime(), now);
  }

  /** Whether the job wants a save at this position, whatever it costs. */
  boolean isAskedFor(Position position) {
    boolean byCadence =
        switch (spec.policy().cadence().unit()) {
          case EPOCHS, BATCHES -> true;
          case SECONDS, AUTO -> false;
        };
    return byCadence
        || (position.batch() == 0
            && spec.policy()
                .retention()
                .everyEpochs()
                .filter(n -> position.epoch() % n == 0)
                .isPresent());
  }
}
