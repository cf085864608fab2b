package baton.coordinator.relay;

import baton.coordinator.lease.CheckpointFiles;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.StoreId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A store that says what a test wants it to, and keeps what it was asked. */
final class FakeFiles implements CheckpointFiles {
  boolean reachable = true;
  boolean deletes = true;
  Verdict verdict = new Verdict.Sound();
  OptionalLong room = OptionalLong.empty();
  final List<Position> checked = new ArrayList<>();
  final List<Position> deleted = new ArrayList<>();
  final List<List<Position>> keptAtDeletion = new ArrayList<>();
  final List<Sweep> swept = new ArrayList<>();

  /** Why the store is not seen yet. */
  Optional<String> awaited = Optional.empty();

  @Override
  public Optional<String> awaited() {
    return awaited;
  }

  @Override
  public boolean reaches(StoreId store) {
    return reachable;
  }

  @Override
  public Verdict check(StoreId store, Checkpoint checkpoint) {
    checked.add(checkpoint.position());
    return verdict;
  }

  @Override
  public void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept) {
    if (!deletes) {
      throw new IllegalStateException("the directory is read-only");
    }
    deleted.add(pruned.position());
    keptAtDeletion.add(kept.stream().map(Checkpoint::position).toList());
  }

  @Override
  public OptionalLong room(StoreId store) {
    return room;
  }

  @Override
  public List<String> sweep(
      StoreId store, JobId job, Fence current, Collection<Checkpoint> committed) {
    swept.add(new Sweep(current, committed.stream().map(Checkpoint::position).sorted().toList()));
    return List.of("a stray file");
  }

  /** A sweep that was asked for, and what it was told to spare. */
  record Sweep(Fence current, List<Position> committed) {}
}
