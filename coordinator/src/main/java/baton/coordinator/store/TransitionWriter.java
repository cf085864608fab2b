package baton.coordinator.store;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.protocol.SessionId;
import org.jdbi.v3.core.Handle;

/**
 * Writes one transition into an open transaction: the job, the answer, the history; all or nothing.
 */
final class TransitionWriter {
  private static final String NEW_JOB =
      "INSERT INTO jobs (name, version, state, is_over, live_session, body, submitted_at, id)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String CHANGED_JOB =
      "UPDATE jobs SET version = ?, state = ?, is_over = ?, live_session = ?, body = ?"
          + " WHERE id = ? AND version = ?";

  private static final String ANSWER =
      "INSERT INTO answers (repeat_key, job_id, outcome) VALUES (?, ?, ?)";

  private static final String ONE = "one_transition";

  private final SqliteDatabase database;
  private final StoredJson json;
  private final HistoryWriter history;

  TransitionWriter(SqliteDatabase database, StoredJson json) {
    this.database = database;
    this.json = json;
    this.history = new HistoryWriter(json);
  }

  /** Returns whether it was written; a stale one leaves the transaction as it was. */
  boolean write(Handle handle, Transition transition) {
    handle.savepoint(ONE);
    if (isWritten(handle, transition)) {
      handle.releaseSavepoint(ONE);
      return true;
    }
    handle.rollbackToSavepoint(ONE);
    return false;
  }

  private boolean isWritten(Handle handle, Transition transition) {
    try {
      if (!isJobWritten(handle, transition)) {
        return false;
      }
      String id = transition.changed().id().value();
      transition
          .repeatKey()
          .ifPresent(key -> handle.execute(ANSWER, key, id, json.of(transition.outcome())));
    } catch (RuntimeException e) {
      if (database.isTaken(e)) {
        return false;
      }
      throw e;
    }
    history.write(handle, transition.changed(), transition.rows());
    return true;
  }

  /** An upsert would let a stale write bring back what another has removed. */
  private boolean isJobWritten(Handle handle, Transition transition) {
    Job job = transition.changed();
    String session = transition.session().map(SessionId::value).orElse(null);
    int over = job.state().isOver() ? 1 : 0;
    if (transition.readVersion() == 0) {
      handle.execute(
          NEW_JOB,
          job.spec().name(),
          job.version(),
          job.state().name(),
          over,
          session,
          json.of(job),
          Stamp.of(job.submittedAt()),
          job.id().value());
      return true;
    }
    return handle.execute(
            CHANGED_JOB,
            job.version(),
            job.state().name(),
            over,
            session,
            json.of(job),
            job.id().value(),
            transition.readVersion())
        == 1;
  }
}
