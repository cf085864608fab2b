package baton.simulation;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.StoreContents;
import baton.coordinator.lease.StoredManifest;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.JobFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The store: folders that hold a state, and a manifest once it is written. */
final class Blobs {
  private final Map<String, Folder> folders = new TreeMap<>();
  private final Map<JobId, String> jobFiles = new TreeMap<>(Comparator.comparing(JobId::value));
  private final Referee referee;
  private final StoreId id;

  /** A folder of the store, with the contents that a reader finds. */
  private static final class Folder {
    Optional<SimulatedState> state = Optional.empty();
    Optional<StoredManifest> manifest = Optional.empty();
    Optional<String> text = Optional.empty();
    Fence fence = Fence.NONE;
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

  void createFolder(Grant grant, String path) {
    referee.folderCreated(path, folders.containsKey(path));
    Folder folder = new Folder();
    folder.fence = grant.fence();
    folders.put(path, folder);
    jobFiles.computeIfAbsent(grant.job(), job -> JobFile.of(job, grant.spec()).write());
  }

  void putFiles(String path, SimulatedState state) {
    folders.get(path).state = Optional.of(state);
  }

  void putManifest(StoredManifest stored, String text) {
    Folder folder = folders.get(stored.checkpoint().folder());
    folder.manifest = Optional.of(stored);
    folder.text = Optional.of(text);
  }

  /**
   * The state in a checkpoint; empty if its files are gone. A corrupt one reads as another state.
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

  /** The script that made a checkpoint. */
  Optional<String> scriptOf(Checkpoint checkpoint) {
    return Optional.ofNullable(folders.get(checkpoint.folder()))
        .flatMap(folder -> folder.manifest)
        .map(stored -> stored.profile().facts().get("script"));
  }

  /**
   * All that a recovery finds; manifests stay when the files of a pruned checkpoint are deleted
   * (R13).
   */
  StoreContents contents() {
    return new StoreContents() {
      @Override
      public StoreId id() {
        return id;
      }

      @Override
      public List<JobContents> jobs() {
        return jobFiles.entrySet().stream().map(e -> contents(e.getKey(), e.getValue())).toList();
      }
    };
  }

  private StoreContents.JobContents contents(JobId job, String jobFile) {
    List<StoreContents.Text> texts = new ArrayList<>();
    Fence highest = Fence.NONE;
    int torn = 0;
    for (Map.Entry<String, Folder> entry : folders.entrySet()) {
      if (entry.getKey().startsWith(job.value() + "/")) {
        Folder folder = entry.getValue();
        folder.text.ifPresent(text -> texts.add(new StoreContents.Text(entry.getKey(), text)));
        torn += folder.text.isEmpty() ? 1 : 0;
        highest = folder.fence.compareTo(highest) > 0 ? folder.fence : highest;
      }
    }
    return new StoreContents.JobContents(job, Optional.of(jobFile), texts, torn, highest);
  }

  private void delete(Checkpoint pruned) {
    referee.deleted(pruned);
    folders.get(pruned.folder()).deleted = true;
  }

  private static SimulatedState rotten(SimulatedState state) {
    return new SimulatedState(new Position(state.position().epoch(), 0), ~state.mixed());
  }

  /**
   * The store as seen by a coordinator, which may or may not be able to reach it.
   *
   * @param reads called whenever the files of a checkpoint are read, which takes time
   */
  CheckpointFiles seenByCoordinator(boolean reaches, BooleanSupplier fails, Runnable reads) {
    return new CheckpointFiles() {
      @Override
      public boolean reaches(StoreId store) {
        return reaches && store.equals(id);
      }

      @Override
      public Verdict check(StoreId store, Checkpoint checkpoint) {
        reads.run();
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
