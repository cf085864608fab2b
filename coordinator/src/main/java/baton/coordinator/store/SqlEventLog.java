package baton.coordinator.store;

import baton.coordinator.lease.EventLog;
import baton.coordinator.lease.History;
import baton.protocol.JobId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The numbered events in SQL. */
final class SqlEventLog implements EventLog {
  private static final String AFTER =
      "SELECT e.seq, e.job_id, j.name, e.kind, e.text, e.at FROM events e"
          + " JOIN jobs j ON j.id = e.job_id WHERE e.seq > ? ORDER BY e.seq LIMIT ?";

  private static final String NEWEST = "SELECT coalesce(max(seq), 0) FROM events";

  private final SqlReaders readers;

  SqlEventLog(SqlReaders readers) {
    this.readers = readers;
  }

  @Override
  public List<Entry> after(long number, int most) {
    return readers.read(
        handle -> handle.select(AFTER, number, most).map((row, context) -> entry(row)).list());
  }

  @Override
  public long newest() {
    return readers.read(handle -> handle.select(NEWEST).mapTo(Long.class).one());
  }

  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        row.getLong("seq"),
        new JobId(row.getString("job_id")),
        row.getString("name"),
        new History.Event(
            History.Event.Kind.valueOf(row.getString("kind")),
            row.getString("text"),
            SqlInstants.read(row.getString("at"))));
  }
}
