package baton.coordinator.store;

import baton.coordinator.lease.EventLog;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.AfterCommit;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * Durable jobs in SQL: one row per job, with its JSON and the columns that are searched. One
 * connection writes, a few read.
 */
public final class SqlJobStore implements JobStore {
  /** Reads only the version if the reader has parsed that version before. */
  private static final String ONE =
      "SELECT version, CASE WHEN version = ? THEN NULL ELSE body END AS body,"
          + " CASE WHEN version = ? THEN NULL"
          + " ELSE (SELECT spec FROM specs WHERE job_id = jobs.id) END AS spec"
          + " FROM jobs WHERE id = ?";

  private static final String BY_NAME = "SELECT id, version FROM jobs WHERE name = ?";
  private static final String OPEN =
      "SELECT id, version FROM jobs WHERE is_over = 0 ORDER BY submitted_at, id";
  private static final String NEWEST =
      "SELECT id, version FROM jobs ORDER BY submitted_at DESC, id DESC LIMIT ?";
  private static final String ANSWER = "SELECT job_id, outcome FROM answers WHERE repeat_key = ?";

  private static final String COMMITTED =
      "SELECT verified, next, next_epoch, next_batch FROM checkpoints"
          + " WHERE job_id = ? AND digest = ? AND fence = ? AND next IS NOT NULL";

  private static final String DELETED =
      "UPDATE checkpoints SET deleted_at = ? WHERE job_id = ? AND digest = ?";

  /** The repeat key of a {@link baton.coordinator.lease.Commit}. */
  private static final Pattern COMMIT_KEY =
      Pattern.compile("commit/(?<fence>\\d+)/(?<secret>[^/]+)/(?<digest>[^/]+)");

  private final Database database;
  private final StoredJson json = new StoredJson();
  private final JobCache cache = new JobCache();
  private final boolean only;
  private final SqlReaders readers;
  private final Jdbi writers;
  private Handle writer;
  private TransitionWriter transitions; // of the writer
  private boolean closed;

  /** A store on a database that others may write as well: it reads the database every time. */
  public SqlJobStore(Database database) {
    this(database, false);
  }

  /** A store that is the sole writer of this database: a cached job is current. */
  public static SqlJobStore only(Database database) {
    return new SqlJobStore(database, true);
  }

  private SqlJobStore(Database database, boolean only) {
    this.database = database;
    this.only = only;
    this.readers = new SqlReaders(database);
    this.writers = Jdbi.create(database::writer);
  }

  /** An entry in a list of jobs: its id and its current version. */
  private record Place(JobId id, long version) {
    static final RowMapper<Place> MAPPER =
        (row, context) -> new Place(new JobId(row.getString("id")), row.getLong("version"));
  }

  @Override
  public Optional<Job> find(JobId id) {
    Optional<Job> known = only ? cache.get(id) : Optional.empty();
    return known.or(() -> readers.read(handle -> find(handle, id)));
  }

  @Override
  public Optional<Job> findByName(String name) {
    return list(BY_NAME, name).stream().findFirst();
  }

  @Override
  public List<Job> open() {
    return list(OPEN);
  }

  @Override
  public List<Job> newest(int most) {
    return list(NEWEST, most);
  }

  @Override
  public Optional<StoredAnswer> answer(String repeatKey) {
    return readers.read(
        handle -> separateAnswer(handle, repeatKey).or(() -> ofCommit(handle, repeatKey)));
  }

  private Optional<StoredAnswer> separateAnswer(Handle handle, String repeatKey) {
    return handle
        .select(ANSWER, repeatKey)
        .map(
            (row, context) ->
                new StoredAnswer(
                    new JobId(row.getString("job_id")), json.outcome(row.getString("outcome"))))
        .findOne();
  }

  /**
   * The answer to a commit, stored with its checkpoint: the secret in the key identifies the lease.
   */
  private Optional<StoredAnswer> ofCommit(Handle handle, String repeatKey) {
    Matcher commit = COMMIT_KEY.matcher(repeatKey);
    if (!commit.matches()) {
      return Optional.empty();
    }
    long fence = Long.parseLong(commit.group("fence"));
    return separateAnswer(handle, "acquire/" + commit.group("secret"))
        .filter(
            stored ->
                stored.outcome() instanceof Outcome.Granted granted
                    && granted.fence().value() == fence)
        .map(StoredAnswer::job)
        .flatMap(
            job ->
                handle
                    .select(COMMITTED, job.value(), commit.group("digest"), fence)
                    .map((row, context) -> committed(commit.group("digest"), row))
                    .findFirst()
                    .map(answer -> new StoredAnswer(job, answer)));
  }

  private static Outcome committed(String digest, ResultSet row) throws SQLException {
    AfterCommit next = AfterCommit.valueOf(row.getString("next"));
    Optional<Position> end =
        next == AfterCommit.TRAIN_ON
            ? Optional.of(new Position(row.getInt("next_epoch"), row.getInt("next_batch")))
            : Optional.empty();
    return new Outcome.Committed(
        new Sha256(digest), next, end, Verified.valueOf(row.getString("verified")));
  }

  /** Forgets everything it has read: the database may have changed while it was out of reach. */
  public synchronized void forget() {
    forgetAll();
  }

  /** The events of all jobs. */
  public EventLog events() {
    return new SqlEventLog(readers);
  }

  @Override
  public JobHistory history(JobId id) {
    return new SqlHistory(readers, json, id, () -> find(id));
  }

  @Override
  public synchronized void noteDeleted(JobId job, Sha256 checkpoint, Instant at) {
    try {
      writer().execute(DELETED, SqlInstants.of(at), job.value(), checkpoint.hex());
    } catch (JdbiException e) {
      forgetAll();
      throw database.unavailable(e);
    }
  }

  private Handle writer() {
    if (closed) {
      throw new StoreUnavailable("The coordinator is stopping.", null);
    }
    if (writer == null) {
      writer = writers.open();
      transitions = new TransitionWriter(json, new Statements(writer.getConnection()));
    }
    return writer;
  }

  @Override
  public synchronized List<Boolean> save(List<Transition> batch) {
    try {
      List<Boolean> stored =
          writer()
              .inTransaction(
                  handle -> {
                    database.takeTurn(handle);
                    return transitions.write(batch);
                  });
      for (int i = 0; i < batch.size(); i++) {
        Job changed = batch.get(i).changed();
        if (stored.get(i)) {
          cache.put(changed);
        } else {
          cache.remove(changed.id()); // stale: the cached job may be the cause
        }
      }
      return stored;
    } catch (JdbiException | SQLException e) {
      forgetAll();
      throw database.unavailable(e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    readers.close();
    forgetAll();
  }

  /** After an error the state of a connection is unknown; the next write opens a new one. */
  private void forgetAll() {
    cache.clear();
    if (writer != null) {
      try {
        writer.close();
      } catch (JdbiException e) {
        // It is dropped: the database itself rolls back an open transaction.
      }
      writer = null;
    }
  }

  private List<Job> list(String sql, Object... arguments) {
    return readers.read(
        handle ->
            handle.select(sql, arguments).map(Place.MAPPER).list().stream()
                .flatMap(place -> at(handle, place).stream())
                .toList());
  }

  private Optional<Job> at(Handle handle, Place place) {
    return cache
        .get(place.id())
        .filter(job -> job.version() == place.version())
        .or(() -> find(handle, place.id()));
  }

  private Optional<Job> find(Handle handle, JobId id) {
    Optional<Job> known = cache.get(id);
    return handle
        .select(
            ONE, known.map(Job::version).orElse(0L), known.map(Job::version).orElse(0L), id.value())
        .map(
            (row, context) ->
                parsed(
                    Optional.ofNullable(row.getString("body")),
                    Optional.ofNullable(row.getString("spec"))))
        .findOne()
        .map(
            read -> {
              read.ifPresent(cache::put);
              return read.orElseGet(known::get);
            });
  }

  private Optional<Job> parsed(Optional<String> body, Optional<String> spec) {
    return body.map(text -> json.job(text, spec));
  }
}
