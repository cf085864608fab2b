package baton.coordinator.store;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.protocol.JobId;
import baton.protocol.SessionId;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.argument.NullArgument;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Writes transitions into an open transaction that has the turn to write.
 *
 * <ol>
 *   <li>The rows of the jobs, if all that the decision rests on still holds: the version it read, a
 *       name, a repeat key and a session that are not another's, and what was seen of leases. What
 *       does not hold writes nothing, and so is left out alone.
 *   <li>The answers and the history of those whose job was written.
 * </ol>
 *
 * <p>Each statement is sent once for many rows, since a database on another machine answers each
 * with a journey.
 */
final class TransitionWriter {
  private static final String NEW_JOB =
      "INSERT INTO jobs (id, name, version, state, is_over, live_session, body, submitted_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";

  /** An upsert would let a stale write bring back what another has removed. */
  private static final String CHANGED_JOB =
      "UPDATE jobs SET version = ?, state = ?, is_over = ?, live_session = ?, body = ?"
          + " WHERE id = ? AND version = ?"
          + " AND NOT EXISTS (SELECT 1 FROM answers WHERE repeat_key = ?)"
          + " AND NOT EXISTS (SELECT 1 FROM jobs o WHERE o.live_session = ? AND o.id <> ?)";

  private static final String ANSWER =
      "INSERT INTO answers (repeat_key, job_id, outcome) VALUES (?, ?, ?)";

  private static final NullArgument NO_TEXT = new NullArgument(Types.VARCHAR);

  private final StoredJson json;
  private final HistoryWriter history;

  TransitionWriter(StoredJson json) {
    this.json = json;
    this.history = new HistoryWriter(json);
  }

  /** Returns for each transition in order whether it was written. */
  List<Boolean> write(Handle handle, List<Transition> batch) {
    Boolean[] written = new Boolean[batch.size()];
    Set<JobId> stale = new HashSet<>();
    Set<String> keys = new HashSet<>();
    while (Arrays.asList(written).contains(null)) {
      writeJobs(handle, batch, nextWave(batch, written, stale, keys), written, stale);
    }
    List<Transition> stored = new ArrayList<>();
    for (int i = 0; i < written.length; i++) {
      if (written[i]) {
        stored.add(batch.get(i));
      }
    }
    writeAnswers(handle, stored);
    history.write(handle, stored);
    return List.of(written);
  }

  /**
   * The first transition of each job that is not written yet. Another's write may bear the version
   * that a stale one was to have: nothing may build on that.
   */
  private static List<Integer> nextWave(
      List<Transition> batch, Boolean[] written, Set<JobId> stale, Set<String> keys) {
    List<Integer> wave = new ArrayList<>();
    Set<JobId> jobs = new HashSet<>();
    for (int i = 0; i < written.length; i++) {
      JobId job = batch.get(i).changed().id();
      if (written[i] != null || jobs.contains(job)) {
        continue;
      }
      boolean isKeyFree = batch.get(i).repeatKey().map(keys::add).orElse(true);
      boolean counts = batch.get(i).stillCounts().getAsBoolean();
      if (stale.contains(job) || !isKeyFree || !counts) {
        stale.add(job);
        written[i] = false;
      } else {
        jobs.add(job);
        wave.add(i);
      }
    }
    return wave;
  }

  private void writeJobs(
      Handle handle,
      List<Transition> batch,
      List<Integer> wave,
      Boolean[] written,
      Set<JobId> stale) {
    List<Integer> created = wave.stream().filter(i -> batch.get(i).readVersion() == 0).toList();
    List<Integer> changed = wave.stream().filter(i -> batch.get(i).readVersion() > 0).toList();
    try (PreparedBatch inserts = handle.prepareBatch(NEW_JOB);
        PreparedBatch updates = handle.prepareBatch(CHANGED_JOB)) {
      created.forEach(i -> insert(inserts, batch.get(i)));
      changed.forEach(i -> update(updates, batch.get(i)));
      note(created, inserts, written);
      note(changed, updates, written);
    }
    wave.stream().filter(i -> !written[i]).forEach(i -> stale.add(batch.get(i).changed().id()));
  }

  private static void note(List<Integer> places, PreparedBatch rows, Boolean[] written) {
    int[] counts = places.isEmpty() ? new int[0] : rows.execute();
    for (int i = 0; i < counts.length; i++) {
      written[places.get(i)] = counts[i] == 1;
    }
  }

  private void insert(PreparedBatch inserts, Transition transition) {
    Job job = transition.changed();
    inserts.add(
        job.id().value(),
        job.spec().name(),
        job.version(),
        job.state().name(),
        job.state().isOver() ? 1 : 0,
        text(transition.session().map(SessionId::value)),
        json.of(job),
        SqlInstants.of(job.submittedAt()));
  }

  private void update(PreparedBatch updates, Transition transition) {
    Job job = transition.changed();
    Object session = text(transition.session().map(SessionId::value));
    updates.add(
        job.version(),
        job.state().name(),
        job.state().isOver() ? 1 : 0,
        session,
        json.of(job),
        job.id().value(),
        transition.readVersion(),
        text(transition.repeatKey()),
        session,
        job.id().value());
  }

  private void writeAnswers(Handle handle, List<Transition> stored) {
    try (PreparedBatch answers = handle.prepareBatch(ANSWER)) {
      for (Transition transition : stored) {
        String job = transition.changed().id().value();
        transition
            .repeatKey()
            .ifPresent(key -> answers.add(key, job, json.of(transition.outcome())));
      }
      if (answers.size() > 0) {
        answers.execute();
      }
    }
  }

  /** A null that says what it is null of: PostgreSQL would plan the statement anew without it. */
  static Object text(Optional<String> text) {
    return text.<Object>map(t -> t).orElse(NO_TEXT);
  }
}
