package baton.coordinator;

import baton.coordinator.lease.CheckpointFiles;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All stores that a coordinator reaches; each call goes to the one that it concerns. Checkpoints in
 * other stores are not checked: the workers are trusted.
 */
record CompositeCheckpointFiles(List<CheckpointFiles> all) implements CheckpointFiles {
  CompositeCheckpointFiles {
    all = List.copyOf(all);
  }

  @Override
  public boolean reaches(StoreId store) {
    return find(store).isPresent();
  }

  @Override
  public Optional<String> awaited() {
    return all.stream().flatMap(files -> files.awaited().stream()).findFirst();
  }

  @Override
  public Verdict check(StoreId store, Checkpoint checkpoint) {
    return find(store)
        .map(files -> files.check(store, checkpoint))
        .orElseGet(() -> new Verdict.Unreachable("This coordinator was not given " + store + "."));
  }

  @Override
  public void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept) {
    require(store).delete(store, pruned, kept);
  }

  @Override
  public List<String> sweep(
      StoreId store, JobId job, Fence current, Collection<Checkpoint> committed) {
    return require(store).sweep(store, job, current, committed);
  }

  @Override
  public OptionalLong room(StoreId store) {
    return find(store).map(files -> files.room(store)).orElse(OptionalLong.empty());
  }

  private Optional<CheckpointFiles> find(StoreId store) {
    return all.stream().filter(files -> files.reaches(store)).findFirst();
  }

  private CheckpointFiles require(StoreId store) {
    return find(store)
        .orElseThrow(
            () -> new IllegalStateException("This coordinator does not reach " + store + "."));
  }
}
