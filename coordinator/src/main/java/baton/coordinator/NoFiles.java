package baton.coordinator;

import baton.coordinator.lease.CheckpointFiles;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import java.util.Collection;
import java.util.List;

/** The stores of a coordinator that can reach none: it takes the workers' word for their files. */
final class NoFiles implements CheckpointFiles {
  @Override
  public boolean reaches(StoreId store) {
    return false;
  }

  @Override
  public Verdict check(StoreId store, Checkpoint checkpoint) {
    return new Verdict.Unreachable("this coordinator was given no store");
  }

  @Override
  public void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept) {
    throw new IllegalStateException("only what is in a reachable store can be deleted");
  }

  @Override
  public List<String> sweep(
      StoreId store, JobId job, Fence current, Collection<Checkpoint> committed) {
    throw new IllegalStateException("only what is in a reachable store can be swept");
  }
}
