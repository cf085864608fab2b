package baton.coordinator.store;

import baton.coordinator.lease.History;
import baton.coordinator.lease.Job;
import baton.protocol.Checkpoint;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Writes a transition's rows of history, numbered by the job's version and their place in it. */
final class HistoryWriter {
  private static final String SEGMENT_STARTED =
      "INSERT INTO segments (job_id, job_version, place, fence, session, worker, device,"
          + " from_epoch, from_batch, to_epoch, to_batch, end_epoch, end_batch, started_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String SEGMENT_ENDED =
      "UPDATE segments SET why = ?, ended_at = ? WHERE job_id = ? AND fence = ? AND why IS NULL";

  private static final String SEGMENT_ADVANCED =
      "UPDATE segments SET to_epoch = ?, to_batch = ?"
          + " WHERE job_id = ? AND fence = ? AND why IS NULL";

  private static final String COMMITTED =
      "INSERT INTO checkpoints (job_id, job_version, place, digest, parent, epoch, batch, fence,"
          + " folder, state_digest, bytes, session, verified, measurements, committed_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String MARKED =
      "UPDATE checkpoints SET mark = ? WHERE job_id = ? AND digest = ?";

  private static final String EVENT =
      "INSERT INTO events (job_id, job_version, place, kind, text, at) VALUES (?, ?, ?, ?, ?, ?)";

  private final StoredJson json;

  HistoryWriter(StoredJson json) {
    this.json = json;
  }

  void write(Handle handle, Job job, List<History> rows) {
    for (int place = 0; place < rows.size(); place++) {
      write(handle, job, place, rows.get(place));
    }
  }

  private void write(Handle handle, Job job, int place, History row) {
    String id = job.id().value();
    if (row instanceof History.SegmentStarted started) {
      startSegment(handle, job, place, started);
    } else if (row instanceof History.SegmentEnded ended) {
      handle.execute(
          SEGMENT_ENDED, ended.why().name(), Stamp.of(ended.at()), id, ended.fence().value());
    } else if (row instanceof History.CheckpointCommitted committed) {
      commit(handle, job, place, committed);
    } else if (row instanceof History.CheckpointMarked marked) {
      handle.execute(MARKED, marked.mark().name(), id, marked.digest().hex());
    } else if (row instanceof History.Event event) {
      handle.execute(
          EVENT, id, job.version(), place, event.kind().name(), event.text(), Stamp.of(event.at()));
    } else {
      throw new IllegalArgumentException("a row of history without a table: " + row);
    }
  }

  private void startSegment(Handle handle, Job job, int place, History.SegmentStarted row) {
    Segment segment = row.segment();
    handle.execute(
        SEGMENT_STARTED,
        job.id().value(),
        job.version(),
        place,
        row.fence().value(),
        row.session().value(),
        row.worker(),
        row.device(),
        segment.from().epoch(),
        segment.from().batch(),
        segment.from().epoch(),
        segment.from().batch(),
        segment.to().epoch(),
        segment.to().batch(),
        Stamp.of(row.at()));
  }

  private void commit(Handle handle, Job job, int place, History.CheckpointCommitted row) {
    Checkpoint checkpoint = row.checkpoint();
    handle.execute(
        COMMITTED,
        job.id().value(),
        job.version(),
        place,
        checkpoint.digest().hex(),
        checkpoint.parent().map(Sha256::hex).orElse(null),
        checkpoint.position().epoch(),
        checkpoint.position().batch(),
        checkpoint.fence().value(),
        checkpoint.folder(),
        checkpoint.stateDigest().hex(),
        checkpoint.bytes(),
        row.session().value(),
        row.verified().name(),
        json.of(row.measurements()),
        Stamp.of(row.at()));
    handle.execute(
        SEGMENT_ADVANCED,
        checkpoint.position().epoch(),
        checkpoint.position().batch(),
        job.id().value(),
        checkpoint.fence().value());
  }
}
