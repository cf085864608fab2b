package baton.simulation;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.coordinator.store.MemoryJobStore;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A database that outlives the coordinators over it, loses nothing, and can be put back to an
 * earlier copy of itself. It keeps the contract of every job store.
 */
final class SimulatedDatabase implements JobStore {
  private MemoryJobStore now = new MemoryJobStore();
  private long changes;

  /** A copy as a back-up holds it. */
  record Backup(MemoryJobStore copy) {}

  Backup backup() {
    return new Backup(now.copy());
  }

  void restore(Backup backup) {
    now = backup.copy().copy();
    changes++;
  }

  /** Grows with every change. */
  long changes() {
    return changes;
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
  public List<Boolean> save(List<Transition> transitions) {
    changes++;
    return now.save(transitions);
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
