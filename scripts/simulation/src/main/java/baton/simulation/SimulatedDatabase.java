package baton.simulation;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.coordinator.store.MemoryJobStore;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The database of all coordinators, which outlives them: it keeps the contract of every job store,
 * and can be restored from an earlier copy. {@link DatabaseConnection} simulates its failures.
 */
final class SimulatedDatabase implements JobStore {
  private final Agenda agenda;
  private final Core core;
  private final Referee referee;
  private MemoryJobStore now = new MemoryJobStore();
  private Duration turnEnds = Duration.ZERO;
  private long changes;
  private int restores;

  SimulatedDatabase(Agenda agenda, Core core, Referee referee) {
    this.agenda = agenda;
    this.core = core;
    this.referee = referee;
  }

  /** A copy, as in a backup. */
  record Backup(MemoryJobStore copy) {}

  Backup backup() {
    return new Backup(now.copy());
  }

  void restore(Backup backup) {
    now = backup.copy().copy();
    turnEnds = Duration.ZERO;
    restores++;
    changes++;
  }

  /** Grows with every change. */
  long changes() {
    return changes;
  }

  /** Whether an unfinished transaction blocks other writers. */
  boolean isTurnTaken() {
    return agenda.now().compareTo(turnEnds) < 0;
  }

  @Override
  public List<Boolean> save(List<Transition> batch) {
    changes++;
    List<Boolean> stored = new ArrayList<>();
    for (Transition transition : batch) {
      stored.add(save(transition));
    }
    return stored;
  }

  private boolean save(Transition transition) {
    Optional<Job> before = now.find(transition.changed().id());
    Transition taken =
        before.flatMap(job -> core.savedThoughStale(transition, job)).orElse(transition);
    boolean stored = now.save(List.of(taken)).get(0);
    if (stored) {
      referee.stored(before, transition);
    }
    return stored;
  }

  /** Stores the batch later, and lets nobody else write until then. */
  void saveAfter(Duration delay, List<Transition> batch) {
    turnEnds = agenda.now().plus(delay);
    int before = restores;
    List<Transition> decided = batch.stream().map(SimulatedDatabase::asItCountsNow).toList();
    agenda.after(
        delay,
        () -> {
          if (restores == before) {
            save(decided);
          }
        });
  }

  private static Transition asItCountsNow(Transition transition) {
    boolean counts = transition.stillCounts().getAsBoolean();
    return new Transition(
        transition.readVersion(),
        transition.changed(),
        transition.outcome(),
        transition.rows(),
        transition.repeatKey(),
        () -> counts);
  }

  @Override
  public Optional<Job> find(JobId id) {
    return now.find(id);
  }

  @Override
  public Optional<Job> findByName(String name) {
    return now.findByName(name);
  }

  @Override
  public List<Job> open() {
    return now.open();
  }

  @Override
  public List<Job> newest(int most) {
    return now.newest(most);
  }

  @Override
  public Optional<StoredAnswer> answer(String repeatKey) {
    return now.answer(repeatKey);
  }

  @Override
  public JobHistory history(JobId id) {
    return now.history(id);
  }

  @Override
  public void noteDeleted(JobId job, Sha256 checkpoint, Instant at) {
    now.noteDeleted(job, checkpoint, at);
  }

  @Override
  public void close() {
    now.close();
  }
}
