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

/**
 * The line from snapshot to head: one snapshot waits (the newest), one is being saved, and what is
 * uploaded waits to be committed, in order. Each extends the one before it.
 */
final class Saves {
  private final int turn;
  private final Deque<Uploaded> uploaded = new ArrayDeque<>();
  private final List<Measurement> measurements = new ArrayList<>();
  private Optional<Checkpoint> head;
  private Optional<Snapshot> waiting = Optional.empty();
  private Optional<Snapshot> running = Optional.empty();
  private boolean runningIsVoid;
  private boolean anew;
  private int begun;

  /** A checkpoint that lies in the store whole, and is not committed yet. */
  record Uploaded(Checkpoint checkpoint, String manifest) {}

  Saves(int turn, Optional<Checkpoint> head) {
    this.turn = turn;
    this.head = head;
  }

  void offer(Snapshot snapshot) {
    waiting = Optional.of(snapshot);
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
    running = Optional.empty();
    return kept;
  }

  /** The running save came to nothing; its snapshot waits again, unless a newer one does. */
  boolean failed() {
    boolean counts = running.isPresent() && !runningIsVoid;
    if (counts && waiting.isEmpty()) {
      waiting = running;
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
