package baton.coordinator.store;

import baton.coordinator.lease.History;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the history rows of stored transitions, numbered by the job's version and their place in
 * it; events are also numbered across all jobs.
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
          + " folder, state_digest, bytes, format, session, verified, measurements, committed_at, next,"
          + " next_epoch, next_batch)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String MARKED =
      "UPDATE checkpoints SET mark = ? WHERE job_id = ? AND digest = ?";

  private static final String EVENT =
      "INSERT INTO events (job_id, job_version, place, kind, text, at, seq)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?)";

  private static final String NEWEST_EVENT = "SELECT coalesce(max(seq), 0) FROM events";

  /**
   * The order in which statements on segments are sent; a job that needs another sends them first.
   */
  private static final List<String> ON_SEGMENTS =
      List.of(SEGMENT_ADVANCED, SEGMENT_ENDED, SEGMENT_STARTED);

  private final StoredJson json;
  private final Statements statements;

  /** The place of each job's last statement in that order. */
  private final Map<JobId, Integer> places = new HashMap<>();

  private long newestEvent;

  HistoryWriter(StoredJson json, Statements statements) {
    this.json = json;
    this.statements = statements;
  }

  /** Writes into a transaction that holds the write lock, so that events are numbered in order. */
  void write(List<Transition> stored) throws SQLException {
    newestEvent = statements.number(NEWEST_EVENT);
    for (Transition transition : stored) {
      List<History> rows = transition.rows();
      for (int place = 0; place < rows.size(); place++) {
        write(transition, place, rows.get(place));
      }
    }
    statements.send(COMMITTED);
    statements.send(MARKED); // may mark one that was committed above
    sendSegments();
    statements.send(EVENT);
  }

  private void write(Transition transition, int place, History row) throws SQLException {
    Job job = transition.changed();
    String id = job.id().value();
    if (row instanceof History.SegmentStarted started) {
      startSegment(job, place, started);
    } else if (row instanceof History.SegmentEnded ended) {
      onSegments(
          job,
          SEGMENT_ENDED,
          ended.why().name(),
          SqlInstants.of(ended.at()),
          id,
          ended.fence().value());
    } else if (row instanceof History.CheckpointCommitted committed) {
      commit(job, place, committed, transition.outcome());
    } else if (row instanceof History.CheckpointMarked marked) {
      statements.add(MARKED, marked.mark().name(), id, marked.digest().hex());
    } else if (row instanceof History.Event event) {
      statements.add(
          EVENT,
          id,
          job.version(),
          place,
          event.kind().name(),
          storable(event.text()),
          SqlInstants.of(event.at()),
          ++newestEvent);
    } else {
      throw new IllegalArgumentException("a row of history without a table: " + row);
    }
  }

  /** Statements on the segments of one job are sent in the order of their events. */
  private void onSegments(Job job, String sql, Object... values) throws SQLException {
    int place = ON_SEGMENTS.indexOf(sql);
    if (places.getOrDefault(job.id(), 0) > place) {
      sendSegments();
    }
    places.put(job.id(), place);
    statements.add(sql, values);
  }

  private void sendSegments() throws SQLException {
    for (String sql : ON_SEGMENTS) {
      statements.send(sql);
    }
    places.clear();
  }

  private void startSegment(Job job, int place, History.SegmentStarted row) throws SQLException {
    Segment segment = row.segment();
    onSegments(
        job,
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

  /** The row includes the commit's answer; a checkpoint that a restore adopts has none. */
  private void commit(Job job, int place, History.CheckpointCommitted row, Outcome outcome)
      throws SQLException {
    Checkpoint checkpoint = row.checkpoint();
    Optional<Outcome.Committed> answer =
        Optional.of(outcome)
            .filter(Outcome.Committed.class::isInstance)
            .map(Outcome.Committed.class::cast);
    Optional<Position> next = answer.flatMap(Outcome.Committed::segmentEnd);
    statements.add(
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
        checkpoint.format(),
        row.session().value(),
        row.verified().name(),
        json.of(row.measurements()),
        SqlInstants.of(row.at()),
        answer.map(committed -> committed.next().name()).orElse(null),
        next.<Object>map(Position::epoch).orElse(Statements.NO_NUMBER),
        next.<Object>map(Position::batch).orElse(Statements.NO_NUMBER));
    onSegments(
        job,
        SEGMENT_ADVANCED,
        checkpoint.position().epoch(),
        checkpoint.position().batch(),
        job.id().value(),
        checkpoint.fence().value());
  }

  /** PostgreSQL's text cannot contain a zero character, but an error's message can. */
  private static String storable(String text) {
    return text.replace('\0', '\uFFFD');
  }
}
