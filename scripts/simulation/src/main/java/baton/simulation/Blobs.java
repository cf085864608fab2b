package baton.simulation;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.StoredManifest;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.StoreId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The store: folders that hold a state, and a manifest once it is written. */
final class Blobs {
  private final Map<String, Folder> folders = new TreeMap<>();
  private final Referee referee;
  private final StoreId id;

  /** A folder of the store; what it names is what a reader finds. */
  private static final class Folder {
    Optional<SimulatedState> state = Optional.empty();
    Optional<StoredManifest> manifest = Optional.empty();
    boolean corrupt;
    boolean deleted;
  }

  Blobs(StoreId id, Referee referee) {
    this.id = id;
    this.referee = referee;
  }

  StoreId id() {
    return id;
  }

  void createFolder(String path) {
    referee.folderCreated(path, folders.containsKey(path));
    folders.put(path, new Folder());
  }

  void putFiles(String path, SimulatedState state) {
    folders.get(path).state = Optional.of(state);
  }

  void putManifest(StoredManifest stored) {
    folders.get(stored.checkpoint().folder()).manifest = Optional.of(stored);
  }

  /**
   * The state a checkpoint holds; empty: its files are gone. A corrupt one reads as another state.
   */
  Optional<SimulatedState> read(Checkpoint checkpoint) {
    return Optional.ofNullable(folders.get(checkpoint.folder()))
        .filter(folder -> !folder.deleted)
        .flatMap(folder -> folder.state.map(s -> folder.corrupt ? rotten(s) : s));
  }

  boolean isSound(Checkpoint checkpoint) {
    return read(checkpoint)
        .map(SimulatedState::digest)
        .equals(Optional.of(checkpoint.stateDigest()));
  }

  void corrupt(Checkpoint checkpoint) {
    folders.get(checkpoint.folder()).corrupt = true;
  }

  /** Which script made a checkpoint. */
  Optional<String> scriptOf(Checkpoint checkpoint) {
    return Optional.ofNullable(folders.get(checkpoint.folder()))
        .flatMap(folder -> folder.manifest)
        .map(stored -> stored.profile().facts().get("script"));
  }

  /** All manifests there are; they stay when the files of a pruned checkpoint go (R13). */
  List<StoredManifest> manifests(String job) {
    List<StoredManifest> found = new ArrayList<>();
    folders.forEach(
        (path, folder) -> {
          if (path.startsWith(job + "/")) {
            folder.manifest.ifPresent(found::add);
          }
        });
    return found;
  }

  private void delete(Checkpoint pruned) {
    referee.deleted(pruned);
    folders.get(pruned.folder()).deleted = true;
  }

  private static SimulatedState rotten(SimulatedState state) {
    return new SimulatedState(new Position(state.position().epoch(), 0), ~state.mixed());
  }

  /** The store as a coordinator sees it that can reach it, or cannot. */
  CheckpointFiles seenByCoordinator(boolean reaches, java.util.function.BooleanSupplier fails) {
    return new CheckpointFiles() {
      @Override
      public boolean reaches(StoreId store) {
        return reaches && store.equals(id);
      }

      @Override
      public Verdict check(StoreId store, Checkpoint checkpoint) {
        if (fails.getAsBoolean()) {
          return new Verdict.Unreachable("the simulated store is away");
        }
        Folder folder = folders.get(checkpoint.folder());
        if (folder == null || folder.manifest.isEmpty() || read(checkpoint).isEmpty()) {
          return new Verdict.Missing("model.safetensors");
        }
        return isSound(checkpoint)
            ? new Verdict.Sound()
            : new Verdict.Different("model.safetensors");
      }

      @Override
      public void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept) {
        Blobs.this.delete(pruned);
      }

      @Override
      public OptionalLong room(StoreId store) {
        return fails.getAsBoolean() ? OptionalLong.of(0) : OptionalLong.empty();
      }

      @Override
      public List<String> sweep(
          StoreId store, JobId job, Fence current, Collection<Checkpoint> committed) {
        return List.of(); // no simulation lasts a day
      }
    };
  }
}
