package baton.worker.segment;

import baton.protocol.AfterCommit;
import baton.protocol.Cadence;
import baton.protocol.Checkpoint;
import baton.protocol.Directive;
import baton.protocol.Grant;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StoreException;
import baton.worker.segment.ReleasePlan.Keep;
import baton.worker.segment.Training.Doing;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a session does with one lease. Events change the state; {@link #proceed} then derives the
 * actions from the state alone, in this order:
 *
 * <ol>
 *   <li>keep the training thread busy: fetch data, restore, start, then between two batches
 *       evaluate, copy or train, past the segment's end but never past the job's;
 *   <li>save one snapshot at a time, and commit uploads in order;
 *   <li>when leaving, stop and release as soon as everything to be kept is committed;
 *   <li>until then, renew every third of the ttl, whether the coordinator answers or not (R9, R12).
 * </ol>
 */
final class LeaseSession {
  private enum State {
    LIVE,
    RELEASING,
    ENDED
  }

  private final int turn;
  private final Grant grant;
  private final Costs costs;
  private final Consumer<Action> out;
  private final Training training;
  private final Saves saves;
  private final NextMove moves;
  private final StoreFailurePolicy storeFailures = new StoreFailurePolicy();
  private final Attempt restore;
  private final SavePipeline pipeline;
  private final Attempt renewal;
  private final Attempt release;

  private State state = State.LIVE;
  private boolean stopped;
  private LeaseTime time;
  private LifetimeEstimate lifetime;
  private Optional<ReleasePlan> leaving = Optional.empty();

  /**
   * @param untilLeaving how long until the session leaves, if it knows its end
   */
  LeaseSession(
      int turn,
      Grant grant,
      LeaseTime time,
      Costs costs,
      Function<Moment, Optional<Duration>> untilLeaving,
      Attempts attempts,
      Consumer<Action> out,
      Moment now) {
    this.turn = turn;
    this.grant = grant;
    this.time = time;
    this.costs = costs;
    this.out = out;
    this.training =
        new Training(grant.spec(), grant.segment().from(), grant.head().isEmpty(), costs, now);
    this.saves = new Saves(turn, grant.head(), s -> out.accept(new Action.Discard(turn, s)));
    this.lifetime = grant.lifetime().orElse(LifetimeEstimate.PRIOR);
    LastSave lastSave = new LastSave(costs, this::busyFor, untilLeaving);
    this.moves =
        new NextMove(
            grant.spec(), training, saves, this::interval, lastSave, grant.segment().to(), now);
    this.restore = attempts.withBackoff();
    this.pipeline =
        new SavePipeline(
            turn, saves, costs, storeFailures, training::finalReasonAt, attempts, out, now);
    this.renewal = attempts.atMostEvery(grant.spec().policy().ttl().dividedBy(3));
    this.release = attempts.withBackoff();
  }

  // What happened.

  void fetched() {
    training.fetched();
  }

  void restored(Moment now) {
    restore.succeeded();
    storeFailures.over();
    training.restored(now);
  }

  /**
   * The head could not be fetched.
   *
   * @param goneBefore whether this session found it gone before
   */
  void restoreFailed(StoreException.Kind kind, String message, boolean goneBefore, Moment now) {
    if (training.doing() == Doing.RESTORING) {
      training.notRestored();
      restore.failed(now);
      storeFailures
          .ofRestore(kind, message, grant.head().orElseThrow(), goneBefore, now)
          .ifPresent(this::leave);
    }
  }

  void started(Position position, int batchesPerEpoch, int snapshotsAtATime, Moment now) {
    if (training.started(position, batchesPerEpoch)) {
      saves.holdsAtMost(snapshotsAtATime);
      moves.begins(now);
    }
  }

  void trained(Run.Step step, Moment now) {
    training.trained(step, saves.isSaving(), now);
  }

  void evaluated(Measurement measurement, Moment now) {
    if (training.evaluated(now)) {
      saves.measured(measurement);
    }
  }

  void snapshotTaken(Snapshot snapshot, Duration stall, Moment now) {
    if (training.copied(now)) {
      costs.saves().stalled(stall);
      saves.offer(snapshot);
      moves.copied(now);
    } else {
      out.accept(new Action.Discard(turn, snapshot));
    }
  }

  void trainingFailed(Trouble trouble) {
    training.failed();
    saves.notCopied();
    leave(ReleasePlan.failed(trouble, Keep.SNAPSHOTS));
  }

  void progressed(long amount) {
    training.progressed(amount);
  }

  void saved(Checkpoint checkpoint, String manifest, Moment now) {
    pipeline.saved(checkpoint, manifest, now);
  }

  void saveFailed(StoreException.Kind kind, String message, Moment now) {
    pipeline.saveFailed(kind, message, leaving, now).ifPresent(this::leave);
  }

  void renewed(LeaseTime newer, Directive directive, Optional<LifetimeEstimate> told) {
    renewal.succeeded();
    lifetime = told.orElse(lifetime);
    time = time.orNewer(newer);
    pipeline.hurry();
    release.hurry();
    switch (directive) {
      case GO_ON -> {}
      case CHECKPOINT_AND_RELEASE -> leaveUnlessLeaving(ReleasePlan.asTold());
      case STOP -> end();
    }
  }

  void committed(Sha256 head, AfterCommit next, Optional<Position> end) {
    if (!pipeline.committed(head)) {
      return;
    }
    switch (next) {
      case TRAIN_ON -> moves.segmentEndsAt(end.orElseThrow());
      case RELEASE -> leaveUnlessLeaving(ReleasePlan.turnOver());
      case COMPLETE -> end();
    }
  }

  void released() {
    if (state == State.RELEASING) {
      state = State.ENDED;
    }
  }

  void stopped() {
    stopped = true;
  }

  void refused(SegmentRequest request, WorkerRefusal why, String sentence, Moment now) {
    if (why == WorkerRefusal.LEASE_ENDED) {
      end();
    } else if (request == SegmentRequest.RELEASE) {
      released();
    } else if (request == SegmentRequest.RENEW) {
      renewal.failed(now);
    } else {
      commitRefused(why, sentence, now);
    }
  }

  private void commitRefused(WorkerRefusal why, String sentence, Moment now) {
    if (why == WorkerRefusal.UNSOUND) {
      moves.wantCopy();
    }
    pipeline.refused(why, sentence, now).ifPresent(this::leave);
  }

  void unanswered(SegmentRequest request, Moment now) {
    switch (request) {
      case RENEW -> renewal.failed(now);
      case COMMIT -> pipeline.unanswered(now);
      case RELEASE -> release.failed(now);
      case ASK -> {}
    }
  }

  /** Decides to give the lease back, unless it is already being released. */
  void leave(ReleasePlan why) {
    if (state == State.LIVE) {
      leaving = Optional.of(why.after(leaving));
    }
  }

  private void leaveUnlessLeaving(ReleasePlan why) {
    if (leaving.isEmpty()) {
      leave(why);
    }
  }

  /** The lease is over: its work ends, and no request is sent for it any more. */
  private void end() {
    if (state == State.LIVE) {
      out.accept(new Action.Stop(turn));
    }
    state = State.ENDED;
  }

  // What follows from it.

  void proceed(Moment now) {
    if (state == State.LIVE) {
      train(now);
      pipeline.proceed(leaving, now);
      if (leaving.filter(l -> isReady(l, now)).isPresent()) {
        out.accept(new Action.Stop(turn));
        state = State.RELEASING;
      } else {
        renew(now);
      }
    }
    if (state == State.RELEASING && release.mayBegin(now)) {
      release.begin();
      ReleasePlan how = leaving.orElseThrow();
      out.accept(new Action.Release(turn, how.why(), how.trouble()));
    }
  }

  private void train(Moment now) {
    if (training.doing() == Doing.NOTHING && leaving.isEmpty()) {
      prepare(now);
    } else if (training.isReady()) {
      switch (moves.next(leaving, now)) {
        case EVALUATE -> order(Doing.EVALUATING, new Action.Evaluate(turn), now);
        case COPY -> {
          saves.makeWay();
          order(Doing.COPYING, new Action.TakeSnapshot(turn), now);
        }
        case TRAIN -> order(Doing.STEPPING, new Action.Train(turn), now);
        case REST -> {}
      }
    }
  }

  private void prepare(Moment now) {
    if (!training.isFetched()) {
      order(Doing.FETCHING, new Action.Fetch(turn, grant), now);
    } else if (training.isRestored()) {
      order(Doing.STARTING, new Action.Start(turn, grant), now);
    } else if (restore.mayBegin(now)) {
      restore.begin();
      order(Doing.RESTORING, new Action.Restore(turn, grant), now);
    }
  }

  private void order(Doing what, Action action, Moment now) {
    training.begin(what, now);
    out.accept(action);
  }

  private boolean isReady(ReleasePlan how, Moment now) {
    if (how.until().filter(until -> until.isOver(now)).isPresent()) {
      return true;
    }
    boolean copied = how.keep() != Keep.EVERYTHING || moves.isAllCopied();
    return copied && pipeline.isDone(how);
  }

  private void renew(Moment now) {
    if (renewal.mayBegin(now) && time.untilRenewal().isOver(now)) {
      renewal.begin();
      out.accept(
          new Action.Renew(
              turn,
              training.phase(moves.trainsOn(leaving)),
              training.position(),
              training.progress(),
              training.loss(),
              isLeftToHolder() ? Optional.of(interval()) : Optional.empty()));
    }
  }

  private boolean isLeftToHolder() {
    return grant.spec().policy().cadence().unit() == Cadence.Unit.AUTO;
  }

  private Duration busyFor(Moment now) {
    return pipeline.busyFor(now);
  }

  /**
   * How long the running save still takes, if it was begun because the job asks for a save at its
   * position, although it may delay the last one.
   */
  Duration busyInAnyCase(Moment now) {
    boolean asked = state == State.LIVE && moves.isAskedFor(saves.newest());
    return asked ? pipeline.untilAllSaved(now) : Duration.ZERO;
  }

  private SaveInterval interval() {
    return costs.saves().interval(lifetime);
  }

  /** Sets the alarm for what is due even if no event happens. */
  void set(Alarm alarm, Moment now) {
    if (state == State.LIVE) {
      alarm.after(restore.left(now));
      pipeline.set(alarm, now);
      alarm.after(renewal.left(now));
      alarm.after(time.untilRenewal().left(now));
      alarm.after(leaving.flatMap(ReleasePlan::until), now);
    } else if (state == State.RELEASING) {
      alarm.after(release.left(now));
    }
  }

  boolean isReleasing() {
    return state == State.RELEASING;
  }

  boolean isEnded() {
    return state == State.ENDED;
  }

  boolean isStopped() {
    return stopped;
  }

  LeaseTime time() {
    return time;
  }

  Grant grant() {
    return grant;
  }

  /** The failure that the lease is given back with, if any. */
  Optional<Trouble> trouble() {
    return leaving.flatMap(ReleasePlan::trouble);
  }
}
