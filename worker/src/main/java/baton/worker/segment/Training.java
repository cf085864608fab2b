package baton.worker.segment;

import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Position;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the training thread does, and how far it has come. */
final class Training {
  /** What the thread is doing; it takes orders only when READY. */
  enum Doing {
    NOTHING,
    FETCHING,
    RESTORING,
    STARTING,
    READY,
    STEPPING,
    EVALUATING,
    COPYING,
    FAILED
  }

  private final JobSpec spec;
  private final Costs costs;
  private Doing doing = Doing.NOTHING;
  private boolean fetched;
  private boolean restored;
  private Moment since;
  private Position position;
  private int batchesPerEpoch;
  private boolean evaluationDue;
  private Optional<String> finalReason = Optional.empty();
  private OptionalDouble loss = OptionalDouble.empty();
  private long progress;

  Training(JobSpec spec, Position from, boolean restored, Costs costs, Moment now) {
    this.spec = spec;
    this.costs = costs;
    this.position = from;
    this.fetched = spec.data().isEmpty();
    this.restored = restored;
    this.since = now;
  }

  void begin(Doing what, Moment now) {
    doing = what;
    since = now;
  }

  void fetched() {
    if (doing == Doing.FETCHING) {
      fetched = true;
      doing = Doing.NOTHING;
    }
  }

  void restored(Moment now) {
    if (doing == Doing.RESTORING) {
      costs.restoreTook(now.since(since));
      restored = true;
      doing = Doing.NOTHING;
    }
  }

  void notRestored() {
    doing = Doing.NOTHING;
  }

  boolean started(Position at, int batches) {
    if (doing != Doing.STARTING) {
      return false;
    }
    position = at;
    batchesPerEpoch = batches;
    doing = Doing.READY;
    return true;
  }

  void trained(Run.Step step, boolean saving, Moment now) {
    Duration took = now.ranSince(since);
    if (finished(Doing.STEPPING, now)) {
      costs.saves().stepped(took, saving);
      position = step.position();
      evaluationDue = position.batch() == 0;
      finalReason = step.finalReason();
      loss = OptionalDouble.of(step.loss());
      progress++;
    }
  }

  boolean evaluated(Moment now) {
    evaluationDue = false;
    return finished(Doing.EVALUATING, now);
  }

  boolean copied(Moment now) {
    return finished(Doing.COPYING, now);
  }

  private boolean finished(Doing what, Moment now) {
    if (doing != what) {
      return false;
    }
    costs.moveTook(now.since(since));
    doing = Doing.READY;
    return true;
  }

  void failed() {
    doing = Doing.FAILED;
  }

  void progressed(long amount) {
    progress += amount;
  }

  Doing doing() {
    return doing;
  }

  boolean isReady() {
    return doing == Doing.READY;
  }

  boolean isFetched() {
    return fetched;
  }

  boolean isRestored() {
    return restored;
  }

  boolean isEvaluationDue() {
    return evaluationDue;
  }

  /** Whether there is a run whose state could still be copied. */
  boolean hasRun() {
    return batchesPerEpoch > 0 && doing != Doing.FAILED;
  }

  /** Whether the job's last batch was trained. */
  boolean isFinal() {
    return finalReason.isPresent() || !spec.end().isAfter(position);
  }

  /** How long the rest of the job's batches will take; empty if none was measured. */
  Optional<Duration> untilEnd() {
    long all = (long) spec.epochs() * batchesPerEpoch;
    long done = (long) position.epoch() * batchesPerEpoch + position.batch();
    return costs.saves().step().map(step -> step.multipliedBy(Math.max(0, all - done)));
  }

  /** Why training ends at {@code at}, before the job's last epoch. */
  Optional<String> finalReasonAt(Position at) {
    return finalReason.filter(reason -> at.equals(position));
  }

  /** The phase to report with a renewal (R10). */
  Phase phase(boolean trainsOn) {
    return switch (doing) {
      case FETCHING -> Phase.DATA;
      case RESTORING -> Phase.RESTORE;
      case NOTHING -> !fetched ? Phase.DATA : restored ? Phase.SETUP : Phase.RESTORE;
      case STARTING -> Phase.SETUP;
      case EVALUATING -> Phase.EVALUATE;
      case STEPPING -> Phase.TRAIN;
      case READY, COPYING, FAILED -> trainsOn ? Phase.TRAIN : Phase.SAVE;
    };
  }

  Position position() {
    return position;
  }

  int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  OptionalDouble loss() {
    return loss;
  }

  long progress() {
    return progress;
  }
}
