package baton.coordinator.store;

import baton.coordinator.lease.History;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.LeaseEnd;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.mapper.RowMapper;

/** A job's history in SQL; every query reads the database. */
final class SqlHistory implements JobHistory {
  private static final String SEGMENTS =
      "SELECT * FROM segments WHERE job_id = ? ORDER BY job_version, place";

  static final String NEWEST_SEGMENTS =
      "SELECT * FROM segments WHERE job_id = ? ORDER BY job_version DESC, place DESC LIMIT ?";

  private static final String CHECKPOINTS =
      "SELECT * FROM checkpoints WHERE job_id = ? ORDER BY job_version, place";

  /** The plus keeps SQLite from scanning all checkpoints by the index of their order. */
  static final String TO_DELETE =
      "SELECT * FROM checkpoints WHERE job_id = ? AND mark = 'PRUNED' AND deleted_at IS NULL"
          + " ORDER BY +job_version, place";

  /**
   * From the kept checkpoints back to the first, by their parents. SQLite executes a cross join in
   * the order in which it is written: it looks a parent up instead of scanning all checkpoints (<a
   * href="https://www.sqlite.org/optoverview.html#crossjoin">manual</a>).
   */
  static final String MEASUREMENTS_OF_THE_CHAIN =
      """
      WITH RECURSIVE chain (digest) AS (
        SELECT digest FROM checkpoints WHERE job_id = :job AND digest IN (<kept>)
        UNION
        SELECT c.parent FROM chain CROSS JOIN checkpoints c
        WHERE c.job_id = :job AND c.digest = chain.digest AND c.parent IS NOT NULL)
      SELECT c.measurements FROM chain CROSS JOIN checkpoints c
      WHERE c.job_id = :job AND c.digest = chain.digest ORDER BY c.job_version, c.place
      """;

  /** A checkpoint that a rollback undid is marked as rejected. */
  static final String LAST_MEASURED =
      "SELECT measurements FROM checkpoints WHERE job_id = ? AND measurements <> '[]'"
          + " AND (mark IS NULL OR mark = 'PRUNED') ORDER BY job_version DESC, place DESC LIMIT 1";

  private static final String NEWEST_EVENTS =
      "SELECT * FROM events WHERE job_id = ? ORDER BY job_version DESC, place DESC LIMIT ?";

  private final SqlReaders readers;
  private final StoredJson json;
  private final JobId job;
  private final Supplier<Optional<Job>> now;

  /**
   * @param now reads the job's current state
   */
  SqlHistory(SqlReaders readers, StoredJson json, JobId job, Supplier<Optional<Job>> now) {
    this.readers = readers;
    this.json = json;
    this.job = job;
    this.now = now;
  }

  @Override
  public List<SegmentRow> segments() {
    return list(SEGMENTS, SqlHistory::segment);
  }

  @Override
  public List<SegmentRow> newestSegments(int most) {
    return oldestFirst(NEWEST_SEGMENTS, most, SqlHistory::segment);
  }

  @Override
  public List<CheckpointRow> checkpoints() {
    return list(CHECKPOINTS, SqlHistory::checkpoint);
  }

  @Override
  public List<Checkpoint> toDelete() {
    return list(TO_DELETE, SqlHistory::checkpoint).stream().map(CheckpointRow::checkpoint).toList();
  }

  @Override
  public List<Measurement> measurements() {
    List<String> kept = now.get().map(SqlHistory::kept).orElse(List.of());
    if (kept.isEmpty()) {
      return List.of();
    }
    return readers.read(
        handle ->
            handle
                .createQuery(MEASUREMENTS_OF_THE_CHAIN)
                .bind("job", job.value())
                .bindList("kept", kept)
                .mapTo(String.class)
                .stream()
                .flatMap(text -> json.measurements(text).stream())
                .toList());
  }

  @Override
  public Optional<Measurement> lastMeasured() {
    List<String> last =
        readers.read(
            handle -> handle.select(LAST_MEASURED, job.value()).mapTo(String.class).list());
    return last.stream()
        .flatMap(text -> json.measurements(text).stream())
        .reduce((earlier, later) -> later);
  }

  @Override
  public List<History.Event> events(int newest) {
    return oldestFirst(NEWEST_EVENTS, newest, (row, context) -> event(row));
  }

  private <T> List<T> oldestFirst(String newestFirst, int most, RowMapper<T> mapper) {
    List<T> found =
        readers.read(
            handle ->
                new ArrayList<>(handle.select(newestFirst, job.value(), most).map(mapper).list()));
    Collections.reverse(found);
    return List.copyOf(found);
  }

  /** All of them, and whom the last extends: what a restore adopted has no row of its own. */
  private static List<String> kept(Job job) {
    return Stream.concat(
            job.kept().stream().map(Checkpoint::digest),
            job.kept().stream().flatMap(checkpoint -> checkpoint.parent().stream()))
        .map(Sha256::hex)
        .distinct()
        .toList();
  }

  private <T> List<T> list(String sql, RowMapper<T> mapper) {
    return readers.read(handle -> handle.select(sql, job.value()).map(mapper).list());
  }

  private static SegmentRow segment(ResultSet row, Object context) throws SQLException {
    return new SegmentRow(
        new Fence(row.getLong("fence")),
        new SessionId(row.getString("session")),
        row.getString("worker"),
        row.getString("device"),
        new Position(row.getInt("from_epoch"), row.getInt("from_batch")),
        new Position(row.getInt("to_epoch"), row.getInt("to_batch")),
        new Position(row.getInt("end_epoch"), row.getInt("end_batch")),
        SqlInstants.read(row.getString("started_at")),
        Optional.ofNullable(row.getString("why")).map(LeaseEnd::valueOf),
        Optional.ofNullable(row.getString("ended_at")).map(SqlInstants::read));
  }

  private static CheckpointRow checkpoint(ResultSet row, Object context) throws SQLException {
    return new CheckpointRow(
        new Checkpoint(
            new Sha256(row.getString("digest")),
            Optional.ofNullable(row.getString("parent")).map(Sha256::new),
            new Position(row.getInt("epoch"), row.getInt("batch")),
            new Fence(row.getLong("fence")),
            row.getString("folder"),
            new Sha256(row.getString("state_digest")),
            row.getLong("bytes"),
            row.getInt("format")),
        new SessionId(row.getString("session")),
        Verified.valueOf(row.getString("verified")),
        Optional.ofNullable(row.getString("mark")).map(History.CheckpointMarked.Mark::valueOf),
        SqlInstants.read(row.getString("committed_at")));
  }

  private static History.Event event(ResultSet row) throws SQLException {
    return new History.Event(
        History.Event.Kind.valueOf(row.getString("kind")),
        row.getString("text"),
        SqlInstants.read(row.getString("at")));
  }
}
