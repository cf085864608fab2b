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
 * The snapshots and uploads on their way to the head: the newest snapshot waits, one is being
 * saved, and uploads wait to be committed in order. Each extends the one before it.
 *
 * <p>No more snapshots are held than there is memory for. The waiting one is discarded before the
 * next copy begins, so that a copy never overwrites a snapshot that is being read.
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
  private boolean storesAll;
  private int begun;

  /** A checkpoint that is complete in the store, but not committed yet. */
  record Uploaded(Checkpoint checkpoint, String manifest) {}

  /**
   * @param discarded called with each snapshot that will not be written any more
   */
  Saves(int turn, Optional<Checkpoint> head, Consumer<Snapshot> discarded) {
    this.turn = turn;
    this.head = head;
    this.discarded = discarded;
  }

  /** Sets how many snapshots fit into memory. */
  void holdsAtMost(int snapshots) {
    atATime = snapshots;
  }

  /** Whether there is memory for a copy now, if the waiting snapshot is discarded. */
  boolean hasRoom() {
    return running.isEmpty() || atATime > 1;
  }

  /** A copy begins: discards the waiting snapshot. */
  void makeWay() {
    waiting.ifPresent(discarded);
    waiting = Optional.empty();
    copying = true;
  }

  void offer(Snapshot snapshot) {
    waiting = Optional.of(snapshot);
    copying = false;
  }

  /** The copy that had begun failed. */
  void notCopied() {
    copying = false;
  }

  void measured(Measurement measurement) {
    measurements.add(measurement);
  }

  /** Begins the next save; no save may be running. */
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
        storesAll);
  }

  /**
   * The running save is in the store; returns whether it counts, which it does not if its parent
   * was dropped meanwhile.
   */
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
   * The running save failed; its snapshot waits again, unless a newer one waits or is being copied.
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

  /**
   * The oldest upload is the head now; returns false if {@code digest} is not that of the oldest
   * upload.
   */
  boolean committed(Sha256 digest) {
    if (uploaded.isEmpty() || !uploaded.peekFirst().checkpoint().digest().equals(digest)) {
      return false;
    }
    head = Optional.of(uploaded.removeFirst().checkpoint());
    storesAll = false;
    Position position = head.get().position();
    measurements.removeIf(m -> !m.position().isAfter(position));
    return true;
  }

  /** Drops the uploads, since the oldest cannot become the head, nor can those that extend it. */
  void dropUploaded() {
    uploaded.clear();
    runningIsVoid = running.isPresent();
  }

  /** A check found a wrong file: until a commit succeeds, saves reuse no stored file. */
  void distrustStore() {
    storesAll = true;
  }

  /** Discards what is not uploaded yet. */
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

  /** Whether a snapshot is being saved. */
  boolean isSaving() {
    return waiting.isPresent() || (running.isPresent() && !runningIsVoid);
  }

  /** The newest position that is saved or being saved. */
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
