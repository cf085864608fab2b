package baton.simulation;

import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Renewing;
import baton.coordinator.relay.Acquired;
import baton.coordinator.relay.BadCommit;
import baton.coordinator.relay.Committing;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import baton.protocol.Position;
import baton.protocol.checkpoint.Manifest;
import baton.worker.segment.Action;
import baton.worker.segment.Event;
import baton.worker.segment.Moment;
import baton.worker.segment.SegmentRequest;
import baton.worker.segment.WorkerRefusal;
import java.time.Duration;
import java.util.Set;

/** Sends a session's requests to one coordinator at a time, and passes on the answers. */
final class SimulatedRequests {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final SimulatedProcess worker;
  private final World world;
  private final SimulatedHands.Bench bench;
  private final int life;

  SimulatedRequests(SimulatedProcess worker, SimulatedHands.Bench bench) {
    this.worker = worker;
    this.world = worker.world;
    this.bench = bench;
    this.life = worker.life();
  }

  void ask(Action.Ask ask) {
    world.watcher.does(worker, Activity.ASKING);
    Moment sentAt = worker.moment();
    Ask request =
        Ask.of(
                worker.secretHash(ask.turn()),
                worker.sessionId(),
                worker.machine.name(),
                Set.of("digits"),
                worker.machine.stores(),
                worker.machine.device())
            .endingIn(ask.endsIn())
            .reading(Manifest.FORMAT);
    world.network.call(
        worker.coordinator(),
        worker::isConnected,
        ask.holdFor().plus(PATIENCE),
        coordinator -> coordinator.acquire(request, ask.holdFor(), worker::isConnected),
        answer -> told(asked(ask.turn(), answer, sentAt)),
        failure ->
            failed(new Event.Unanswered(ask.turn(), SegmentRequest.ASK, failure.toString())));
  }

  private Event asked(int turn, Acquired answer, Moment sentAt) {
    if (answer instanceof Acquired.Leased leased) {
      bench.lease(turn, leased.grant());
      world.watcher.leased(worker, leased.grant());
      world.watcher.does(worker, Activity.PREPARING);
      return new Event.Granted(turn, leased.grant(), sentAt);
    } else if (answer instanceof Acquired.Nothing nothing) {
      return new Event.NothingNow(turn, nothing.reason(), sentAt);
    }
    return refused(turn, SegmentRequest.ASK, ((Acquired.Refused) answer).refusal());
  }

  void commit(Action.Commit commit) {
    Grant grant = bench.grant();
    Checkpoint checkpoint = commit.checkpoint();
    world.network.call(
        worker.coordinator(),
        worker::isConnected,
        PATIENCE,
        coordinator ->
            coordinator.commit(
                grant.job(),
                grant.fence(),
                worker.secretHash(commit.turn()),
                new Committing(
                    checkpoint.parent(),
                    checkpoint.position(),
                    commit.manifest(),
                    commit.finalReason())),
        outcome -> told(committed(commit.turn(), checkpoint.position(), outcome)),
        failure -> failed(commitFailed(commit.turn(), failure)));
  }

  private Event committed(int turn, Position position, Outcome outcome) {
    if (outcome instanceof Outcome.Committed committed) {
      world.watcher.committed(worker, position);
      return new Event.Committed(turn, committed.head(), committed.next(), committed.segmentEnd());
    }
    return refused(turn, SegmentRequest.COMMIT, (Outcome.Refused) outcome);
  }

  private static Event commitFailed(int turn, Throwable failure) {
    return failure instanceof BadCommit bad
        ? new Event.Refused(turn, SegmentRequest.COMMIT, WorkerRefusal.UNSOUND, bad.getMessage())
        : new Event.Unanswered(turn, SegmentRequest.COMMIT, failure.toString());
  }

  void renew(Action.Renew renew) {
    Grant grant = bench.grant();
    Moment sentAt = worker.moment();
    world.network.call(
        worker.coordinator(),
        worker::isConnected,
        PATIENCE,
        coordinator ->
            coordinator.renew(
                grant.job(),
                grant.fence(),
                worker.secretHash(renew.turn()),
                new Renewing(
                    renew.phase(),
                    renew.position(),
                    renew.progress(),
                    renew.loss(),
                    renew.saving())),
        renewal -> told(renewed(renew.turn(), sentAt, renewal)),
        failure -> {
          failed(new Event.Unanswered(renew.turn(), SegmentRequest.RENEW, failure.toString()));
          boolean ranOut = worker.leaseTimeLeft().filter(Duration::isZero).isPresent();
          if (ranOut && world.core.givesUpOutOfReach()) {
            worker.giveUp(renew.turn());
          }
        });
  }

  private Event renewed(int turn, Moment sentAt, CoordinatorProcess.Renewal renewal) {
    if (renewal.outcome() instanceof Outcome.Renewed renewed) {
      return Event.Renewed.of(turn, sentAt, renewal.ttl(), renewed.directive(), renewed.reason())
          .knowing(renewal.lifetime());
    }
    return refused(turn, SegmentRequest.RENEW, (Outcome.Refused) renewal.outcome());
  }

  void release(Action.Release release) {
    Grant grant = bench.grant();
    world.network.call(
        worker.coordinator(),
        worker::isConnected,
        PATIENCE,
        coordinator ->
            coordinator.release(
                grant.job(),
                grant.fence(),
                worker.secretHash(release.turn()),
                release.why(),
                release.trouble()),
        outcome ->
            told(
                outcome instanceof Outcome.Refused refused
                    ? refused(release.turn(), SegmentRequest.RELEASE, refused)
                    : new Event.Released(release.turn())),
        failure ->
            told(new Event.Unanswered(release.turn(), SegmentRequest.RELEASE, failure.toString())));
  }

  /** An answer only reaches the process that asked, never one that was booted after it. */
  private void told(Event event) {
    if (worker.life() == life) {
      worker.after(Duration.ZERO, () -> worker.feed(event));
    }
  }

  /**
   * After a request without an answer, the next one goes to another coordinator, if there is one.
   */
  private void failed(Event event) {
    worker.changeOver();
    told(event);
  }

  private static Event refused(int turn, SegmentRequest request, Outcome.Refused refused) {
    WorkerRefusal why =
        switch (refused.why()) {
          case STALE_PARENT, POSITION_NOT_LATER, POSITION_BEYOND_END -> WorkerRefusal.OUT_OF_STEP;
          case SESSION_HOLDS_LEASE -> WorkerRefusal.LEASE_HELD;
          default -> WorkerRefusal.LEASE_ENDED;
        };
    return new Event.Refused(turn, request, why, refused.detail());
  }
}
