package baton.worker.segment;

import baton.protocol.AfterCommit;
import baton.protocol.Cadence;
import baton.protocol.Checkpoint;
import baton.protocol.Data;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Retention;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** A session on a clock that is set by hand, told event by event; keeps what it wants done. */
final class Story {
  static final Duration TTL = Duration.ofSeconds(60);
  static final int BATCHES = 3;
  static final int EPOCHS = 4;

  private final Session session;
  private final List<Action> wanted = new ArrayList<>();
  private Moment now = new Moment(Duration.ZERO, Instant.parse("2026-01-01T00:00:00Z"));
  private int turn = 1;
  private Position position = Position.START;
  private JobSpec spec = spec(Cadence.EVERY_EPOCH);
  private long fence = 6;
  private Duration timer = Duration.ZERO;
  private int snapshotsAtATime = 2;

  Story(SegmentSettings settings) {
    session = new Session(settings, new SplittableRandom(1), now);
    tell(new Event.Tick());
  }

  static Story begins() {
    return new Story(SegmentSettings.DEFAULT);
  }

  /** A session that trains a job of four epochs, three batches each, from the start. */
  static Story training() {
    return begins().isGranted(Optional.empty()).isStarted();
  }

  static JobSpec spec(Cadence cadence) {
    Policy p = Policy.DEFAULT;
    Policy policy =
        p.withTtl(TTL).withSegmentEpochs(1).withCadence(cadence).keeping(3, Retention.NEWEST_ONLY);
    return JobSpec.of("digits", "digits", EPOCHS).withSeed(7).withPolicy(policy);
  }

  static Position at(int epoch, int batch) {
    return new Position(epoch, batch);
  }

  Story with(Cadence cadence) {
    spec = spec(cadence);
    return this;
  }

  /** The machine has memory for one copy of the state, not two. */
  Story withMemoryForOneSnapshot() {
    snapshotsAtATime = 1;
    return this;
  }

  /** The job trains on this. */
  Story on(Data data) {
    spec = spec.withData(data);
    return this;
  }

  Story isGranted(Optional<Checkpoint> head) {
    return isGranted(head, now, Duration.ZERO);
  }

  Story isGranted(Optional<Checkpoint> head, Moment sentAt, Duration waited) {
    position = head.map(Checkpoint::position).orElse(Position.START);
    Grant grant =
        new Grant(
            new JobId("j1"),
            spec,
            new Fence(++fence),
            TTL,
            waited,
            spec.segmentFrom(position),
            head,
            new StoreId("s1"),
            Optional.empty(),
            false);
    wanted.removeIf(Action.Ask.class::isInstance);
    return tell(new Event.Granted(turn, grant, sentAt));
  }

  Story isStarted() {
    take(Action.Start.class);
    return tell(new Event.Started(turn, position, BATCHES, snapshotsAtATime));
  }

  /**
   * The training thread does what it is told until it has trained this position, or is told off.
   */
  Story trainsTo(Position target) {
    while (target.isAfter(position) && moves()) {}
    return this;
  }

  /** The training thread does what it is told until there is nothing more to do. */
  Story trainsOnUntilIdle() {
    while (moves()) {}
    return this;
  }

  /** The next batch is the last, says the program. */
  Story trainsLastBatch(String finalReason) {
    take(Action.Train.class);
    position = at(position.epoch(), position.batch() + 1);
    return tell(new Event.Trained(turn, new Run.Step(position, 0.1, Optional.of(finalReason))));
  }

  /** One order of the training thread is carried out; false: there is none. */
  boolean moves() {
    Optional<Action> order =
        wanted.stream()
            .filter(
                a ->
                    a instanceof Action.Train
                        || a instanceof Action.Evaluate
                        || a instanceof Action.TakeSnapshot)
            .findFirst();
    order.ifPresent(
        o -> {
          wanted.remove(o);
          if (o instanceof Action.Train) {
            position =
                position.batch() + 1 == BATCHES
                    ? at(position.epoch() + 1, 0)
                    : at(position.epoch(), position.batch() + 1);
            tell(new Event.Trained(turn, new Run.Step(position, 0.5, Optional.empty())));
          } else if (o instanceof Action.Evaluate) {
            tell(new Event.Evaluated(turn, new Measurement(position, Map.of("accuracy", 0.9))));
          } else {
            tell(new Event.SnapshotTaken(turn, new Copy(position), Duration.ZERO));
          }
        });
    return order.isPresent();
  }

  /** The save that was wanted lies in the store. */
  Checkpoint isSaved() {
    Action.Save save = take(Action.Save.class);
    Checkpoint checkpoint = checkpoint(save.snapshot().position(), save.parent(), save.counter());
    tell(new Event.Saved(turn, checkpoint, "manifest of " + checkpoint.folder()));
    return checkpoint;
  }

  Story saveFails(StoreException.Kind kind) {
    take(Action.Save.class);
    return tell(new Event.SaveFailed(turn, kind, "The disk is full."));
  }

  Checkpoint checkpoint(Position at, Optional<Sha256> parent, int counter) {
    String folder = "j1/" + at + "-f" + fence + "-s" + counter;
    return new Checkpoint(
        Sha256.ofText(folder + parent),
        parent,
        at,
        new Fence(fence),
        folder,
        Sha256.ofText("state at " + at),
        100,
        1);
  }

  Story commitAnswered(AfterCommit next) {
    Checkpoint checkpoint = take(Action.Commit.class).checkpoint();
    return tell(
        new Event.Committed(
            turn,
            checkpoint.digest(),
            next,
            next == AfterCommit.TRAIN_ON
                ? Optional.of(spec.segmentFrom(at(checkpoint.position().epoch(), 0)).to())
                : Optional.empty()));
  }

  Story renewAnswered(Directive directive) {
    take(Action.Renew.class);
    return tell(Event.Renewed.of(turn, now, TTL, directive, ""));
  }

  /** The oldest wanted request of this kind gets no answer. */
  <T extends Action> T unanswered(SegmentRequest request, Class<T> kind) {
    T sent = take(kind);
    tell(new Event.Unanswered(turn, request, "connection refused"));
    return sent;
  }

  /** The next lease of the session is spoken of from here on. */
  Story nextTurn() {
    turn++;
    return this;
  }

  Story passes(Duration duration) {
    now = now.plus(duration);
    return tell(new Event.Tick());
  }

  Story seconds(long seconds) {
    return passes(Duration.ofSeconds(seconds));
  }

  /** The laptop sleeps: the wall clock goes on, the monotonic one stands still. */
  Story sleeps(Duration duration) {
    now = new Moment(now.monotonic(), now.wall().plus(duration));
    return tell(new Event.Tick());
  }

  /** Time passes with the timer ringing exactly when it was set to, and nothing else happening. */
  Story ringsFor(Duration duration) {
    Duration end = now.monotonic().plus(duration);
    while (timer.compareTo(now.monotonic()) > 0 && timer.compareTo(end) <= 0) {
      passes(timer.minus(now.monotonic()));
    }
    return end.compareTo(now.monotonic()) > 0 ? passes(end.minus(now.monotonic())) : this;
  }

  Story tell(Event event) {
    for (Action action : session.step(event, now)) {
      if (action instanceof Action.SetTimer set) {
        timer = set.at();
      } else {
        wanted.add(action);
      }
    }
    return this;
  }

  /** What is wanted and was not taken yet, in order; what only frees or trains aside. */
  List<Action> wanted() {
    return wanted.stream()
        .filter(
            a ->
                !(a instanceof Action.Train
                    || a instanceof Action.Evaluate
                    || a instanceof Action.TakeSnapshot
                    || a instanceof Action.Discard))
        .toList();
  }

  boolean isTraining() {
    return wanted.stream().anyMatch(Action.Train.class::isInstance);
  }

  <T extends Action> boolean wants(Class<T> kind) {
    return wanted.stream().anyMatch(kind::isInstance);
  }

  /** The oldest wanted action of this kind, which is thereby done. */
  <T extends Action> T take(Class<T> kind) {
    T first =
        wanted.stream()
            .filter(kind::isInstance)
            .map(kind::cast)
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + kind.getSimpleName() + " in " + wanted));
    wanted.remove(first);
    return first;
  }

  Story forget() {
    wanted.removeIf(a -> !(a instanceof Action.Train));
    return this;
  }

  Moment now() {
    return now;
  }

  Duration timer() {
    return timer;
  }

  int turn() {
    return turn;
  }

  Position position() {
    return position;
  }

  Session session() {
    return session;
  }

  /** A snapshot that is known by its position. */
  record Copy(Position position) implements Snapshot {
    @Override
    public void writeTo(SnapshotSink sink) {
      throw new UnsupportedOperationException("nothing is written in a story of the core");
    }
  }
}
