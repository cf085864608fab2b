package baton.worker.segment;

import baton.protocol.Cadence;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import java.time.Duration;

/**
 * When a holder saves: at its job's cadence, counted in positions so that every session saves at
 * the same ones, and always where a segment or the training ends.
 *
 * @param interval the best time between two saves, for a job with the cadence AUTO
 * @param saving whether a save is running; then a job with the cadence AUTO waits, since the new
 *     copy would have to wait too
 */
record SavePlan(JobSpec spec, int batchesPerEpoch, Duration interval, boolean saving) {

  /**
   * Whether a snapshot is due at {@code position}.
   *
   * @param newest the position of the newest snapshot, or of the head
   * @param segmentEnd the hand-over point
   * @param isFinal whether training ends here
   * @param sinceLast the time passed since the last snapshot, or since training began
   */
  boolean isDue(
      Position position,
      Position newest,
      Position segmentEnd,
      boolean isFinal,
      Duration sinceLast) {
    if (!position.isAfter(newest)) {
      return false;
    }
    boolean crossesEnd = !segmentEnd.isAfter(position) && segmentEnd.isAfter(newest);
    return isFinal || crossesEnd || fallsOnCadence(position, sinceLast);
  }

  private boolean fallsOnCadence(Position position, Duration sinceLast) {
    Cadence cadence = spec.policy().cadence();
    return switch (cadence.unit()) {
      case EPOCHS -> position.batch() == 0 && position.epoch() % cadence.every() == 0;
      case BATCHES -> batches(position) % cadence.every() == 0;
      case SECONDS -> sinceLast.toSeconds() >= cadence.every();
      case AUTO -> !saving && sinceLast.compareTo(interval) >= 0;
    };
  }

  private long batches(Position position) {
    return (long) position.epoch() * batchesPerEpoch + position.batch();
  }
}
