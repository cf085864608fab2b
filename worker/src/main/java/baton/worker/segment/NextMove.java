package baton.worker.segment;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import baton.worker.segment.ReleasePlan.Keep;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the training thread does next. Training does not stop at a segment's end: it goes on while
 * the save is running, but never past the job's last epoch.
 */
final class NextMove {
  /** What the thread does between two batches, or that it trains the next one. */
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
   * @param interval how often saving pays off, by what is known now
   * @param lastSave the last save of the session or job, which this one should not delay
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

  /** Starts counting the time for a cadence in seconds. */
  void begins(Moment now) {
    copiedAt = now;
  }

  void copied(Moment now) {
    copiedAt = now;
    copyWanted = false;
  }

  /** Asks for a copy outside the cadence, if anything new was trained. */
  void wantCopy() {
    copyWanted = true;
  }

  /**
   * The next move of a thread that is ready. An evaluation that is due comes before a copy, so that
   * the copy includes its result.
   */
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

  /** Whether everything that was trained is saved or being saved. */
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

  /**
   * Whether a save now would delay the last one, since only one is uploaded at a time. A save that
   * the job asks for at this position takes place anyway.
   */
  private boolean wouldDelayTheLast(Moment now) {
    return !training.isFinal()
        && !isAskedFor(training.position())
        && lastSave.isDelayedByOneMore(
            training.untilEnd(), now.since(copiedAt), interval.get().lifetime(), now);
  }

  /** Whether the job asks for a save at this position, whatever it costs. */
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
