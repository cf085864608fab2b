package baton.coordinator.store;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.protocol.JobId;
import baton.protocol.SessionId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes transitions into an open transaction that holds the write lock.
 *
 * <ol>
 *   <li>The rows of the jobs, if everything that the decision rests on still holds: the version
 *       that it read, a name, a repeat key and a session that no other job has, and what was seen
 *       of leases. A transition for which it does not hold writes nothing; the others are written.
 *   <li>The specs of new jobs, the answers and the history of those whose job was written.
 * </ol>
 */
final class TransitionWriter {
  private static final String NEW_JOB =
      "INSERT INTO jobs (id, name, version, state, is_over, live_session, body, submitted_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";

  /** An upsert would let a stale write bring back a row that another has removed. */
  private static final String CHANGED_JOB =
      "UPDATE jobs SET version = ?, state = ?, is_over = ?, live_session = ?, body = ?"
          + " WHERE id = ? AND version = ?"
          + " AND NOT EXISTS (SELECT 1 FROM answers WHERE repeat_key = ?)"
          + " AND NOT EXISTS (SELECT 1 FROM jobs o WHERE o.live_session = ? AND o.id <> ?)";

  private static final String ANSWER =
      "INSERT INTO answers (repeat_key, job_id, outcome) VALUES (?, ?, ?)";

  private static final String SPEC =
      "INSERT INTO specs (job_id, spec) VALUES (?, ?) ON CONFLICT DO NOTHING";

  private static final int MOST_KNOWN = 20_000;

  private final StoredJson json;
  private final Statements statements;

  /** Jobs whose spec is written already. */
  private final Set<JobId> withSpec = new HashSet<>();

  private final HistoryWriter history;

  TransitionWriter(StoredJson json, Statements statements) {
    this.json = json;
    this.statements = statements;
    this.history = new HistoryWriter(json, statements);
  }

  /** Returns for each transition in order whether it was written. */
  List<Boolean> write(List<Transition> batch) throws SQLException {
    Boolean[] written = new Boolean[batch.size()];
    Set<JobId> stale = new HashSet<>();
    Set<String> keys = new HashSet<>();
    while (Arrays.asList(written).contains(null)) {
      writeJobs(batch, nextWave(batch, written, stale, keys), written, stale);
    }
    List<Transition> stored = new ArrayList<>();
    for (int i = 0; i < written.length; i++) {
      if (written[i]) {
        stored.add(batch.get(i));
      }
    }
    writeSpecs(stored);
    writeAnswers(stored);
    history.write(stored);
    return List.of(written);
  }

  /**
   * The first transition of each job that is not written yet. After a stale transition, the version
   * that it was to have may be another's write: no later one may build on that.
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
      List<Transition> batch, List<Integer> wave, Boolean[] written, Set<JobId> stale)
      throws SQLException {
    for (int i : wave) {
      if (batch.get(i).readVersion() == 0) {
        insert(batch.get(i));
      } else {
        update(batch.get(i));
      }
    }
    int[] inserted = statements.send(NEW_JOB);
    int[] updated = statements.send(CHANGED_JOB);
    int nextInserted = 0;
    int nextUpdated = 0;
    for (int i : wave) {
      boolean isNew = batch.get(i).readVersion() == 0;
      written[i] = (isNew ? inserted[nextInserted++] : updated[nextUpdated++]) == 1;
      if (!written[i]) {
        stale.add(batch.get(i).changed().id());
      }
    }
  }

  private void insert(Transition transition) throws SQLException {
    Job job = transition.changed();
    statements.add(
        NEW_JOB,
        job.id().value(),
        job.spec().name(),
        job.version(),
        job.state().name(),
        job.state().isOver() ? 1 : 0,
        session(transition),
        json.withoutSpec(job),
        SqlInstants.of(job.submittedAt()));
  }

  private void update(Transition transition) throws SQLException {
    Job job = transition.changed();
    statements.add(
        CHANGED_JOB,
        job.version(),
        job.state().name(),
        job.state().isOver() ? 1 : 0,
        session(transition),
        json.withoutSpec(job),
        job.id().value(),
        transition.readVersion(),
        separateAnswer(transition).orElse(null),
        session(transition),
        job.id().value());
  }

  private void writeSpecs(List<Transition> stored) throws SQLException {
    for (Transition transition : stored) {
      Job job = transition.changed();
      if (withSpec.size() >= MOST_KNOWN) {
        withSpec.clear();
      }
      if (withSpec.add(job.id())) {
        statements.add(SPEC, job.id().value(), json.of(job.spec()));
      }
    }
    statements.send(SPEC);
  }

  private void writeAnswers(List<Transition> stored) throws SQLException {
    for (Transition transition : stored) {
      Optional<String> key = separateAnswer(transition);
      if (key.isPresent()) {
        statements.add(
            ANSWER, key.get(), transition.changed().id().value(), json.of(transition.outcome()));
      }
    }
    statements.send(ANSWER);
  }

  /**
   * The key of an answer that has its own row. The answer to a commit is stored with its
   * checkpoint. No commit is decided twice, since the first invalidates what the second rests on:
   * its parent is no longer the head, and a rollback to the parent ends the lease.
   */
  private static Optional<String> separateAnswer(Transition transition) {
    return transition.outcome() instanceof Outcome.Committed
        ? Optional.empty()
        : transition.repeatKey();
  }

  private static String session(Transition transition) {
    return transition.session().map(SessionId::value).orElse(null);
  }
}
