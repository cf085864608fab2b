package baton.worker.segment;

import baton.protocol.Checkpoint;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The line from snapshot to head: one snapshot waits (the newest), one is being saved, and what is
 * uploaded waits to be committed, in order. Each extends the one before it.
 *
 * <p>No more snapshots are held than there is memory for. The waiting one gives its place up before
 * the next copy begins, so that a copy is never written over one that is being read.
 */
final class Saves {
  private final int turn;
  private final Consumer<Snapshot> discarded;
  private final Deque<Uploaded> uploaded = new ArrayDeque<>();
  private final List<Measurement> measurements = new ArrayList<>();
  private Optional<Checkpoint> head;
  private Optional<Snapshot> waiting = Optional.empty();
  private Optional<Snapshot> running = Optional.empty();
  private boolean runningIsVoid;
  private boolean copying;
  private int atATime = 2;
  private boolean anew;
  private int begun;

  /** A checkpoint that lies in the store whole, and is not committed yet. */
  record Uploaded(Checkpoint checkpoint, String manifest) {}

  /**
   * @param discarded told of each snapshot that nobody will write any more
   */
  Saves(int turn, Optional<Checkpoint> head, Consumer<Snapshot> discarded) {
    this.turn = turn;
    this.head = head;
    this.discarded = discarded;
  }

  /** There is memory for so many snapshots. */
  void holdsAtMost(int snapshots) {
    atATime = snapshots;
  }

  /** Whether a copy could be taken now, if the waiting one gave way to it. */
  boolean hasRoom() {
    return running.isEmpty() || atATime > 1;
  }

  /** A copy begins: what waits gives its place up. */
  void makeWay() {
    waiting.ifPresent(discarded);
    waiting = Optional.empty();
    copying = true;
  }

  void offer(Snapshot snapshot) {
    waiting = Optional.of(snapshot);
    copying = false;
  }

  /** The copy that had begun came to nothing. */
  void notCopied() {
    copying = false;
  }

  void measured(Measurement measurement) {
    measurements.add(measurement);
  }

  /** Begins the next save; nothing must be running. */
  Action.Save begin() {
    Snapshot next = waiting.orElseThrow();
    running = waiting;
    waiting = Optional.empty();
    runningIsVoid = false;
    Optional<Checkpoint> parent = last();
    return new Action.Save(
        turn,
        begun++,
        next,
        parent.map(Checkpoint::digest),
        measurements.stream()
            .filter(
                m -> m.position().isAfter(parent.map(Checkpoint::position).orElse(Position.START)))
            .filter(m -> !m.position().isAfter(next.position()))
            .toList(),
        anew);
  }

  /** The running save is in the store; one whose parent was dropped meanwhile is worth nothing. */
  boolean saved(Checkpoint checkpoint, String manifest) {
    boolean kept = running.isPresent() && !runningIsVoid;
    if (kept) {
      uploaded.addLast(new Uploaded(checkpoint, manifest));
    }
    running.ifPresent(discarded);
    running = Optional.empty();
    return kept;
  }

  /**
   * The running save came to nothing; its snapshot waits again, unless a newer one does or will.
   */
  boolean failed() {
    boolean counts = running.isPresent() && !runningIsVoid;
    if (counts && waiting.isEmpty() && !copying) {
      waiting = running;
    } else {
      running.ifPresent(discarded);
    }
    running = Optional.empty();
    return counts;
  }

  /** The oldest upload is the head now; false: it is not the one that {@code digest} names. */
  boolean committed(Sha256 digest) {
    if (uploaded.isEmpty() || !uploaded.peekFirst().checkpoint().digest().equals(digest)) {
      return false;
    }
    head = Optional.of(uploaded.removeFirst().checkpoint());
    anew = false;
    Position position = head.get().position();
    measurements.removeIf(m -> !m.position().isAfter(position));
    return true;
  }

  /** The oldest upload cannot become the head, nor what was built on it. */
  void dropUploaded() {
    uploaded.clear();
    runningIsVoid = running.isPresent();
  }

  /** A check found a file wrong: until a commit succeeds, no stored file is relied upon. */
  void distrustStore() {
    anew = true;
  }

  /** Gives up what is not uploaded yet. */
  void dropSnapshots() {
    waiting.ifPresent(discarded);
    waiting = Optional.empty();
    runningIsVoid = running.isPresent();
  }

  Optional<Uploaded> nextToCommit() {
    return Optional.ofNullable(uploaded.peekFirst());
  }

  boolean hasWaiting() {
    return waiting.isPresent();
  }

  /** Whether a snapshot is on its way to the store. */
  boolean isSaving() {
    return waiting.isPresent() || (running.isPresent() && !runningIsVoid);
  }

  /** The newest position that is safe, or on its way to be. */
  Position newest() {
    return waiting
        .or(() -> running.filter(r -> !runningIsVoid))
        .map(Snapshot::position)
        .or(() -> last().map(Checkpoint::position))
        .orElse(Position.START);
  }

  private Optional<Checkpoint> last() {
    return Optional.ofNullable(uploaded.peekLast()).map(Uploaded::checkpoint).or(() -> head);
  }
}
