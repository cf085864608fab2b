package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Verified;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A job's history as it was stored, each list in the order in which it happened. */
public interface JobHistory {
  List<SegmentRow> segments();

  /** The newest of {@link #segments}, which a store may find without the others. */
  default List<SegmentRow> newestSegments(int most) {
    List<SegmentRow> all = segments();
    return all.subList(Math.max(0, all.size() - most), all.size());
  }

  List<CheckpointRow> checkpoints();

  /**
   * The checkpoints that are marked pruned but whose files are not deleted yet, the oldest first.
   */
  List<Checkpoint> toDelete();

  /** What was measured along the chain of the head, without what a rollback undid. */
  List<Measurement> measurements();

  /** The last of {@link #measurements}, which a store may find without the others. */
  default Optional<Measurement> lastMeasured() {
    return measurements().stream().reduce((earlier, later) -> later);
  }

  List<History.Event> events(int newest);

  /**
   * One segment of one lease.
   *
   * @param to the last position committed in it; its beginning if nothing was committed
   * @param end where it was planned to end
   * @param why why it ended; empty while it is running
   */
  record SegmentRow(
      Fence fence,
      SessionId session,
      String worker,
      String device,
      Position from,
      Position to,
      Position end,
      Instant startedAt,
      Optional<LeaseEnd> why,
      Optional<Instant> endedAt) {}

  /** One committed checkpoint; {@code mark} is empty while it is kept. */
  record CheckpointRow(
      Checkpoint checkpoint,
      SessionId session,
      Verified verified,
      Optional<History.CheckpointMarked.Mark> mark,
      Instant committedAt) {}
}
