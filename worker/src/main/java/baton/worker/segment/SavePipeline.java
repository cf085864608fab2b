package baton.worker.segment;

import baton.protocol.Checkpoint;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.worker.segment.ReleasePlan.Keep;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Brings a lease's snapshots to the head: it saves one at a time, commits uploads in order, and
 * retries what failed after a pause.
 */
final class SavePipeline {
  private final int turn;
  private final Saves saves;
  private final Costs costs;
  private final StoreFailurePolicy storeFailures;
  private final Function<Position, Optional<String>> finalReason;
  private final Consumer<Action> out;
  private final Attempt save;
  private final Attempt commit;
  private Moment saveBegunAt;

  /**
   * @param finalReason why the job ends at a position, if it does
   */
  SavePipeline(
      int turn,
      Saves saves,
      Costs costs,
      StoreFailurePolicy storeFailures,
      Function<Position, Optional<String>> finalReason,
      Attempts attempts,
      Consumer<Action> out,
      Moment now) {
    this.turn = turn;
    this.saves = saves;
    this.costs = costs;
    this.storeFailures = storeFailures;
    this.finalReason = finalReason;
    this.out = out;
    this.save = attempts.withBackoff();
    this.commit = attempts.withBackoff();
    this.saveBegunAt = now;
  }

  void saved(Checkpoint checkpoint, String manifest, Moment now) {
    save.succeeded();
    if (saves.saved(checkpoint, manifest)) {
      storeFailures.over();
      costs.uploadTook(now.since(saveBegunAt));
      costs.saves().uploaded(now.ranSince(saveBegunAt));
    }
  }

  /** A save failed; returns how to give the lease back, if that is necessary. */
  Optional<ReleasePlan> saveFailed(
      StoreException.Kind kind, String message, Optional<ReleasePlan> leaving, Moment now) {
    save.failed(now);
    boolean counts = saves.failed();
    if (leaving.filter(l -> l.keep() == Keep.SNAPSHOTS).isPresent()) {
      saves.dropSnapshots();
      return Optional.empty();
    }
    return counts ? storeFailures.ofSave(kind, message, now) : Optional.empty();
  }

  /** Whether the new head is the oldest upload. */
  boolean committed(Sha256 head) {
    boolean isNews = saves.committed(head);
    if (isNews) {
      commit.succeeded();
    }
    return isNews;
  }

  /** A commit was refused; returns how to give the lease back, if that is necessary. */
  Optional<ReleasePlan> refused(WorkerRefusal why, String sentence, Moment now) {
    commit.succeeded();
    saves.dropUploaded();
    return switch (why) {
      case UNSOUND -> unsound(sentence, now);
      case MALFORMED ->
          Optional.of(ReleasePlan.failed(SegmentFailures.malformed(sentence), Keep.UPLOADED));
      default -> Optional.of(ReleasePlan.turnOver());
    };
  }

  private Optional<ReleasePlan> unsound(String sentence, Moment now) {
    if (!save.isUnderWay()) {
      save.failed(now);
    }
    saves.distrustStore();
    return storeFailures.ofCheck(sentence, now);
  }

  void unanswered(Moment now) {
    commit.failed(now);
  }

  /** The coordinator can be reached again. */
  void hurry() {
    commit.hurry();
  }

  void proceed(Optional<ReleasePlan> leaving, Moment now) {
    boolean wanted = leaving.filter(l -> l.keep() == Keep.UPLOADED).isEmpty();
    if (wanted && saves.hasWaiting() && save.mayBegin(now)) {
      save.begin();
      saveBegunAt = now;
      out.accept(saves.begin());
    }
    if (commit.mayBegin(now)) {
      saves.nextToCommit().ifPresent(this::commit);
    }
  }

  private void commit(Saves.Uploaded next) {
    commit.begin();
    out.accept(
        new Action.Commit(
            turn,
            next.checkpoint(),
            next.manifest(),
            finalReason.apply(next.checkpoint().position())));
  }

  /** Whether every upload and save that {@code how} keeps is committed. */
  boolean isDone(ReleasePlan how) {
    return saves.nextToCommit().isEmpty() && (how.keep() == Keep.UPLOADED || !saves.isSaving());
  }

  /** How long the running save will still take, as far as is known. */
  Duration busyFor(Moment now) {
    if (!saves.isSaving()) {
      return Duration.ZERO;
    }
    Duration left = costs.upload().orElse(Duration.ZERO).minus(now.since(saveBegunAt));
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** How long until all present snapshots are in the store, as far as is known. */
  Duration untilAllSaved(Moment now) {
    Duration running = save.isUnderWay() ? busyFor(now) : Duration.ZERO;
    return saves.hasWaiting() ? running.plus(costs.upload().orElse(Duration.ZERO)) : running;
  }

  void set(Alarm alarm, Moment now) {
    alarm.after(save.left(now));
    alarm.after(commit.left(now));
  }
}
