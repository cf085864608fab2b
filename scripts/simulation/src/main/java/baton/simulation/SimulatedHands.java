package baton.simulation;

import baton.coordinator.lease.StoredManifest;
import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import baton.protocol.Measurement;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreException;
import baton.worker.segment.Action;
import baton.worker.segment.Event;
import baton.worker.segment.Run;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Carries out a session's actions in virtual time: trains numbers and saves to the simulated store.
 * {@link SimulatedRequests} sends its requests to coordinators.
 */
final class SimulatedHands implements Action.Hands {
  private static final Duration TOLD_EVERY = Duration.ofSeconds(30);

  private final SimulatedProcess worker;
  private final World world;
  private final Bench bench;
  private final SimulatedRequests requests;

  SimulatedHands(SimulatedProcess worker, Bench bench) {
    this.worker = worker;
    this.world = worker.world;
    this.bench = bench;
    this.requests = new SimulatedRequests(worker, bench);
  }

  /** The data of the training thread: the lease's grant and the run's state. */
  static final class Bench {
    private int turn;
    private Grant grant;
    private Optional<SimulatedState> restored = Optional.empty();
    private SimulatedState state;

    /** Starts another lease; a state that was restored for the last one is dropped. */
    void lease(int ofTurn, Grant another) {
      turn = ofTurn;
      grant = another;
      restored = Optional.empty();
    }

    Grant grant() {
      return grant;
    }

    private boolean isAt(int ofTurn) {
      return turn == ofTurn;
    }
  }

  @Override
  public void ask(Action.Ask ask) {
    requests.ask(ask);
  }

  @Override
  public void commit(Action.Commit commit) {
    requests.commit(commit);
  }

  @Override
  public void renew(Action.Renew renew) {
    requests.renew(renew);
  }

  @Override
  public void release(Action.Release release) {
    requests.release(release);
  }

  @Override
  public void fetch(Action.Fetch fetch) {
    transfer(
        fetch.turn(), world.pace.restore(), () -> worker.feed(new Event.Fetched(fetch.turn())));
  }

  @Override
  public void restore(Action.Restore restore) {
    Checkpoint head = restore.grant().head().orElseThrow();
    transfer(
        restore.turn(),
        world.pace.restore(),
        () -> {
          Optional<SimulatedState> read = world.blobs.read(head);
          Event event;
          if (world.storeFails()) {
            event = restoreFailed(restore.turn(), StoreException.Kind.UNREACHABLE);
          } else if (read.isEmpty()) {
            event = restoreFailed(restore.turn(), StoreException.Kind.GONE);
          } else if (!read.get().digest().equals(head.stateDigest())) {
            event = restoreFailed(restore.turn(), StoreException.Kind.CORRUPT);
          } else {
            bench.restored = read;
            event = new Event.Restored(restore.turn());
          }
          worker.feed(event);
        });
  }

  private static Event restoreFailed(int turn, StoreException.Kind kind) {
    return new Event.RestoreFailed(turn, kind, "the simulated store says " + kind);
  }

  @Override
  public void start(Action.Start start) {
    later(
        start.turn(),
        world.pace.start(),
        () -> {
          if (world.isTooSmall(worker)) {
            trainingFailed(start.turn(), Trouble.machine("out of memory", "Use another machine."));
            return;
          }
          if (!world.core.accepts(isOfThisScript(start.grant()), start.grant())) {
            trainingFailed(
                start.turn(), Trouble.program("The script has changed.", "Start the old one."));
            return;
          }
          bench.state =
              bench
                  .restored
                  .map(world.core::restored)
                  .orElseGet(() -> SimulatedState.fresh(start.grant().spec().seed()));
          world.watcher.does(worker, Activity.FINISHING);
          worker.feed(
              new Event.Started(
                  start.turn(), bench.state.position(), world.pace.batchesPerEpoch(), 2));
        });
  }

  private boolean isOfThisScript(Grant grant) {
    return grant
        .head()
        .flatMap(world.blobs::scriptOf)
        .filter(script -> !script.equals(worker.machine.script()))
        .isEmpty();
  }

  @Override
  public void train(Action.Train train) {
    world.watcher.does(worker, Activity.TRAINING);
    if (world.hangs()) {
      worker.hang();
    }
    later(
        train.turn(),
        world.pace.batch(),
        () -> {
          if (worker.isHanging()) {
            return;
          }
          SimulatedState next = bench.state.afterBatch(world.pace.batchesPerEpoch());
          if (world.isPoisoned(worker, next.position())) {
            trainingFailed(
                train.turn(), Trouble.program("the loss is NaN at e1-b1", "Lower the rate."));
            return;
          }
          bench.state = next;
          world.watcher.trained(worker, next.position());
          world.watcher.does(worker, Activity.FINISHING); // unless it is told at once to do more
          worker.feed(
              new Event.Trained(
                  train.turn(), new Run.Step(next.position(), 0.5, Optional.empty())));
        });
  }

  private void trainingFailed(int turn, Trouble trouble) {
    worker.feed(new Event.TrainingFailed(turn, trouble));
  }

  @Override
  public void evaluate(Action.Evaluate evaluate) {
    world.watcher.does(worker, Activity.COPYING);
    later(
        evaluate.turn(),
        world.pace.evaluate(),
        () -> {
          world.watcher.does(worker, Activity.FINISHING);
          worker.feed(
              new Event.Evaluated(
                  evaluate.turn(),
                  new Measurement(
                      bench.state.position(), Map.of("accuracy", bench.state.accuracy()))));
        });
  }

  @Override
  public void takeSnapshot(Action.TakeSnapshot takeSnapshot) {
    SimulatedState copy = bench.state;
    world.watcher.does(worker, Activity.COPYING);
    later(
        takeSnapshot.turn(),
        world.pace.snapshot(),
        () -> {
          world.watcher.does(worker, Activity.FINISHING);
          worker.feed(
              new Event.SnapshotTaken(
                  takeSnapshot.turn(), copy, Duration.ofMillis(world.pace.snapshot().most())));
        });
  }

  /** A simulated state is a number, and takes up no memory worth counting. */
  @Override
  public void discard(Action.Discard discard) {}

  @Override
  public void save(Action.Save save) {
    SimulatedState state = (SimulatedState) save.snapshot();
    Grant grant = bench.grant;
    CheckpointFolder folder =
        new CheckpointFolder(
            grant.job(), worker.moment().wall(), state.position(), grant.fence(), save.counter());
    Manifest manifest = manifest(save, state, grant, world.core.folder(folder));
    String text = ManifestJson.write(manifest);
    Checkpoint checkpoint = manifest.checkpoint(ManifestJson.digest(text));
    world.referee.trainedOn(checkpoint, worker.machine);
    world.blobs.createFolder(grant, manifest.folder());
    if (world.core.manifestBeforeFiles()) {
      world.blobs.putManifest(StoredManifest.of(manifest, checkpoint.digest()), text);
      worker.feed(new Event.Saved(save.turn(), checkpoint, text));
    }
    transfer(
        save.turn(),
        world.pace.upload(),
        () -> {
          if (world.storeFails()) {
            worker.feed(
                new Event.SaveFailed(
                    save.turn(), StoreException.Kind.UNREACHABLE, "the simulated store is away"));
            return;
          }
          world.blobs.putFiles(manifest.folder(), state);
          if (!world.core.manifestBeforeFiles()) {
            world.blobs.putManifest(StoredManifest.of(manifest, checkpoint.digest()), text);
            worker.feed(new Event.Saved(save.turn(), checkpoint, text));
          }
        });
  }

  private Manifest manifest(Action.Save save, SimulatedState state, Grant grant, String folder) {
    return new Manifest(
        Manifest.FORMAT,
        grant.job(),
        grant.spec().name(),
        grant.store(),
        grant.fence(),
        state.position(),
        save.counter(),
        folder,
        save.parent(),
        List.of(
            new Manifest.FileEntry(
                "model.safetensors", 1_000, state.digest(), folder + "/model.safetensors")),
        state.digest(),
        grant.spec().seed(),
        grant.spec().parameters(),
        Optional.empty(),
        grant.spec().program(),
        World.ARCHITECTURE,
        Map.of("device", worker.machine.device(), "script", worker.machine.script()),
        save.measurements(),
        worker.sessionId(),
        worker.moment().wall());
  }

  @Override
  public void stop(Action.Stop stop) {
    if (bench.isAt(stop.turn())) {
      bench.turn = 0;
    }
    if (!worker.isHanging()) {
      worker.after(
          world.pace.snapshot().draw(worker.chance),
          () -> worker.feed(new Event.Stopped(stop.turn())));
    }
  }

  @Override
  public void setTimer(Action.SetTimer timer) {
    worker.setTimer(timer.at());
  }

  @Override
  public void exit(Action.Exit exit) {
    worker.exit(exit);
  }

  /** Moves bytes, and reports now and then how many, as a real transfer does (R10). */
  private void transfer(int turn, SessionPacing.Range takes, Runnable what) {
    Duration whole = takes.draw(worker.chance);
    for (Duration at = TOLD_EVERY; at.compareTo(whole) < 0; at = at.plus(TOLD_EVERY)) {
      after(turn, at, () -> worker.feed(new Event.Progressed(turn, 1_000_000)));
    }
    after(turn, whole, what);
  }

  /** Does something later for a lease, unless it was stopped by then. */
  private void later(int turn, SessionPacing.Range delay, Runnable what) {
    after(turn, delay.draw(worker.chance), what);
  }

  private void after(int turn, Duration delay, Runnable what) {
    worker.after(
        delay,
        () -> {
          if (bench.isAt(turn)) {
            what.run();
          }
        });
  }
}
