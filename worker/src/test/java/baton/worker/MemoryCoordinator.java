package baton.worker;

import baton.protocol.AfterCommit;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.worker.segment.Action;
import baton.worker.segment.CoordinatorPort;
import baton.worker.segment.Event;
import baton.worker.segment.LeaseKey;
import baton.worker.segment.Moment;
import baton.worker.segment.SegmentRequest;
import baton.worker.segment.WorkerRefusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A coordinator of one job, in memory, that can be put out of reach. */
final class MemoryCoordinator implements CoordinatorPort {
  private static final Duration SHORT = Duration.ofMillis(20);

  private final JobSpec spec;
  private final List<Checkpoint> committed = new ArrayList<>();
  private Optional<String> finalReason = Optional.empty();
  private final List<Action.Release> releases = new ArrayList<>();
  private long fence;
  private Optional<Sha256> holder = Optional.empty();
  private Segment segment;
  private boolean complete;
  private boolean turnIsOver;
  private boolean outOfReach;
  private int renewals;
  private int asks;

  MemoryCoordinator(JobSpec spec) {
    this.spec = spec;
  }

  /** With this head already. */
  MemoryCoordinator beginsAt(Checkpoint head) {
    committed.add(head);
    return this;
  }

  /** Whether each segment's end is a hand-over. */
  synchronized MemoryCoordinator turnIsOver(boolean over) {
    turnIsOver = over;
    return this;
  }

  synchronized void outOfReach(boolean value) {
    outOfReach = value;
  }

  /** The lease has run out, and another has the job now. */
  synchronized void takeLeaseAway() {
    fence++;
    holder = Optional.empty();
  }

  @Override
  public Event ask(int turn, Ask ask, Duration holdFor, Moment sentAt) throws InterruptedException {
    synchronized (this) {
      asks++;
      if (outOfReach) {
        return unanswered(turn, SegmentRequest.ASK);
      }
      if (!complete && holder.filter(h -> !h.equals(ask.secretHash())).isEmpty()) {
        if (holder.isEmpty()) {
          fence++;
          holder = Optional.of(ask.secretHash());
          segment = spec.segmentFrom(position());
        }
        return new Event.Granted(turn, grant(ask.stores().iterator().next()), sentAt);
      }
    }
    Thread.sleep(Math.min(SHORT.toMillis(), holdFor.toMillis()));
    return new Event.NothingNow(turn, complete ? "no job waits" : "every job is leased", sentAt);
  }

  private Grant grant(StoreId store) {
    return new Grant(
        new JobId("job-1"),
        spec,
        new Fence(fence),
        spec.policy().ttl(),
        Duration.ZERO,
        segment,
        head(),
        store,
        Optional.empty(),
        false);
  }

  @Override
  public synchronized Event renew(LeaseKey key, Action.Renew renew, Moment sentAt) {
    renewals++;
    if (outOfReach) {
      return unanswered(renew.turn(), SegmentRequest.RENEW);
    }
    boolean live = isHeldBy(key);
    return Event.Renewed.of(
        renew.turn(),
        sentAt,
        live ? spec.policy().ttl() : Duration.ZERO,
        live ? Directive.GO_ON : Directive.STOP,
        live ? "" : "the lease has ended");
  }

  @Override
  public synchronized Event commit(LeaseKey key, Action.Commit commit) {
    if (outOfReach) {
      return unanswered(commit.turn(), SegmentRequest.COMMIT);
    }
    if (!isHeldBy(key)) {
      return new Event.Refused(
          commit.turn(), SegmentRequest.COMMIT, WorkerRefusal.LEASE_ENDED, "The lease has ended.");
    }
    Checkpoint next = commit.checkpoint();
    if (!next.parent().equals(head().map(Checkpoint::digest))) {
      return new Event.Refused(
          commit.turn(),
          SegmentRequest.COMMIT,
          WorkerRefusal.OUT_OF_STEP,
          "It does not extend the head.");
    }
    committed.add(next);
    return new Event.Committed(commit.turn(), next.digest(), after(next, commit), segmentEnd(next));
  }

  private AfterCommit after(Checkpoint next, Action.Commit commit) {
    finalReason = commit.finalReason();
    if (next.position().equals(spec.end()) || finalReason.isPresent()) {
      complete = true;
      holder = Optional.empty();
      return AfterCommit.COMPLETE;
    }
    return turnIsOver && !segment.to().isAfter(next.position())
        ? AfterCommit.RELEASE
        : AfterCommit.TRAIN_ON;
  }

  private Optional<Position> segmentEnd(Checkpoint next) {
    if (complete || (turnIsOver && !segment.to().isAfter(next.position()))) {
      return Optional.empty();
    }
    segment = spec.segmentFrom(next.position());
    return Optional.of(segment.to());
  }

  @Override
  public synchronized Event release(LeaseKey key, Action.Release release) {
    if (outOfReach) {
      return unanswered(release.turn(), SegmentRequest.RELEASE);
    }
    if (isHeldBy(key)) {
      releases.add(release);
      holder = Optional.empty();
    }
    return new Event.Released(release.turn());
  }

  private boolean isHeldBy(LeaseKey key) {
    return key.fence().value() == fence && holder.equals(Optional.of(Sha256.ofText(key.secret())));
  }

  private static Event unanswered(int turn, SegmentRequest request) {
    return new Event.Unanswered(turn, request, "The coordinator cannot be reached.");
  }

  synchronized Optional<Checkpoint> head() {
    return committed.isEmpty()
        ? Optional.empty()
        : Optional.of(committed.get(committed.size() - 1));
  }

  /** Why the job was complete before its last epoch. */
  synchronized Optional<String> finalReason() {
    return finalReason;
  }

  synchronized Position position() {
    return head().map(Checkpoint::position).orElse(Position.START);
  }

  synchronized List<Checkpoint> committed() {
    return List.copyOf(committed);
  }

  synchronized List<Action.Release> releases() {
    return List.copyOf(releases);
  }

  synchronized boolean isComplete() {
    return complete;
  }

  synchronized int renewals() {
    return renewals;
  }

  synchronized int asks() {
    return asks;
  }
}
