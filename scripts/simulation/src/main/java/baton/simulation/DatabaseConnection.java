package baton.simulation;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The database as one life of a coordinator reaches it: slowly, after a freeze, not at all, or so
 * that the outcome of a transaction stays unknown.
 */
final class DatabaseConnection implements JobStore {
  private final SimulatedDatabase database;
  private final CoordinatorProcess owner;
  private final int life;
  private final Chance chance;
  private final double unknown;

  DatabaseConnection(
      SimulatedDatabase database, CoordinatorProcess owner, Chance chance, double unknown) {
    this.database = database;
    this.owner = owner;
    this.life = owner.life();
    this.chance = chance;
    this.unknown = unknown;
  }

  @Override
  public Optional<Job> find(JobId id) {
    return read(() -> database.find(id));
  }

  @Override
  public Optional<Job> findByName(String name) {
    return read(() -> database.findByName(name));
  }

  @Override
  public List<Job> open() {
    return read(() -> database.open());
  }

  @Override
  public List<Job> newest(int most) {
    return read(() -> database.newest(most));
  }

  @Override
  public Optional<StoredAnswer> answer(String repeatKey) {
    return read(() -> database.answer(repeatKey));
  }

  @Override
  public JobHistory history(JobId id) {
    return read(() -> database.history(id));
  }

  @Override
  public List<Boolean> save(List<Transition> batch) {
    reach();
    if (database.isTurnTaken()) {
      throw new StoreUnavailable("Another coordinator writes.", null);
    }
    List<Boolean> stored =
        owner.isTroubled() && chance.happens(unknown) ? saveUnheard(batch) : database.save(batch);
    reach();
    return stored;
  }

  private List<Boolean> saveUnheard(List<Transition> batch) {
    switch (chance.between(0, 2)) {
      case 0 -> database.save(batch);
      case 1 -> database.saveAfter(chance.millis(1, 2_000), batch);
      default -> {} // it was rolled back
    }
    if (owner.takesSilenceForSuccess()) {
      return batch.stream().map(transition -> true).toList();
    }
    throw new StoreUnavailable("The connection broke while it was stored.", null);
  }

  @Override
  public void noteDeleted(JobId job, Sha256 checkpoint, Instant at) {
    reach();
    database.noteDeleted(job, checkpoint, at);
  }

  @Override
  public void close() {
    // It ends with the life of its owner.
  }

  private <T> T read(Supplier<T> what) {
    reach();
    T found = what.get();
    reach();
    return found;
  }

  /** Time may pass on the way, while all others go on. */
  private void reach() {
    owner.mayStandStill();
    if (!owner.lives(life)) {
      throw new StoreUnavailable("It was killed in the middle of it.", null);
    }
    if (owner.isCutFromDatabase()) {
      throw new StoreUnavailable("The database is out of reach.", null);
    }
  }
}
