package baton.coordinator.store;

import baton.coordinator.lease.History;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.protocol.Checkpoint;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;

/**
 * Writes the rows of history of stored transitions, numbered by the job's version and their place
 * in it; events are numbered over all jobs as well.
 */
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
          + " folder, state_digest, bytes, format, session, verified, measurements, committed_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String MARKED =
      "UPDATE checkpoints SET mark = ? WHERE job_id = ? AND digest = ?";

  private static final String EVENT =
      "INSERT INTO events (job_id, job_version, place, kind, text, at, seq)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?)";

  private static final String NEWEST_EVENT = "SELECT coalesce(max(seq), 0) FROM events";

  private final StoredJson json;

  HistoryWriter(StoredJson json) {
    this.json = json;
  }

  /** Writes into a transaction that has the turn to write, so that events are numbered in order. */
  void write(Handle handle, List<Transition> stored) {
    try (Rows segments = new Rows(handle);
        Rows checkpoints = new Rows(handle);
        Rows events = new Rows(handle)) {
      Writing writing = new Writing(segments, checkpoints, events, new AtomicLong(newest(handle)));
      for (Transition transition : stored) {
        List<History> rows = transition.rows();
        for (int place = 0; place < rows.size(); place++) {
          write(writing, transition.changed(), place, rows.get(place));
        }
      }
      segments.send();
      checkpoints.send();
      events.send();
    }
  }

  /** What one transaction writes into each table. */
  private record Writing(Rows segments, Rows checkpoints, Rows events, AtomicLong newestEvent) {}

  private static long newest(Handle handle) {
    return handle.select(NEWEST_EVENT).mapTo(Long.class).one();
  }

  private void write(Writing writing, Job job, int place, History row) {
    String id = job.id().value();
    if (row instanceof History.SegmentStarted started) {
      startSegment(writing, job, place, started);
    } else if (row instanceof History.SegmentEnded ended) {
      writing
          .segments()
          .add(
              SEGMENT_ENDED,
              ended.why().name(),
              SqlInstants.of(ended.at()),
              id,
              ended.fence().value());
    } else if (row instanceof History.CheckpointCommitted committed) {
      commit(writing, job, place, committed);
    } else if (row instanceof History.CheckpointMarked marked) {
      writing.checkpoints().add(MARKED, marked.mark().name(), id, marked.digest().hex());
    } else if (row instanceof History.Event event) {
      writing
          .events()
          .add(
              EVENT,
              id,
              job.version(),
              place,
              event.kind().name(),
              storable(event.text()),
              SqlInstants.of(event.at()),
              writing.newestEvent().incrementAndGet());
    } else {
      throw new IllegalArgumentException("a row of history without a table: " + row);
    }
  }

  private static void startSegment(
      Writing writing, Job job, int place, History.SegmentStarted row) {
    Segment segment = row.segment();
    writing
        .segments()
        .add(
            SEGMENT_STARTED,
            job.id().value(),
            job.version(),
            place,
            row.fence().value(),
            row.session().value(),
            storable(row.worker()),
            storable(row.device()),
            segment.from().epoch(),
            segment.from().batch(),
            segment.from().epoch(),
            segment.from().batch(),
            segment.to().epoch(),
            segment.to().batch(),
            SqlInstants.of(row.at()));
  }

  private void commit(Writing writing, Job job, int place, History.CheckpointCommitted row) {
    Checkpoint checkpoint = row.checkpoint();
    writing
        .checkpoints()
        .add(
            COMMITTED,
            job.id().value(),
            job.version(),
            place,
            checkpoint.digest().hex(),
            TransitionWriter.text(checkpoint.parent().map(Sha256::hex)),
            checkpoint.position().epoch(),
            checkpoint.position().batch(),
            checkpoint.fence().value(),
            checkpoint.folder(),
            checkpoint.stateDigest().hex(),
            checkpoint.bytes(),
            checkpoint.format(),
            row.session().value(),
            row.verified().name(),
            json.of(row.measurements()),
            SqlInstants.of(row.at()));
    writing
        .segments()
        .add(
            SEGMENT_ADVANCED,
            checkpoint.position().epoch(),
            checkpoint.position().batch(),
            job.id().value(),
            checkpoint.fence().value());
  }

  /** PostgreSQL has no text with a zero in it, and an error's message may be anything. */
  private static String storable(String text) {
    return text.replace('\0', '\uFFFD');
  }
}
