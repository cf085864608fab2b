package baton.coordinator.drive;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.Orphans;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.DriveItem;
import baton.storage.drive.DriveKeeper;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The checkpoints in a store on Google Drive. Sizes and digests are Drive's own: no file but the
 * manifest is read. What this sign-in cannot see, or may not do now, says nothing about the files.
 */
public final class DriveFiles implements CheckpointFiles {
  private static final Duration BEFORE_A_SECOND_LOOK = Duration.ofSeconds(1);

  private final Supplier<Optional<DriveKeeper>> signedIn;
  private volatile Optional<StoreId> known = Optional.empty();

  /**
   * @param signedIn the store that the present sign-in reaches; empty while there is none
   */
  public DriveFiles(Supplier<Optional<DriveKeeper>> signedIn) {
    this.signedIn = signedIn;
  }

  /** The store that was ever reached. */
  public Optional<StoreId> id() {
    Optional<StoreId> now = signedIn.get().map(DriveKeeper::id);
    now.ifPresent(id -> known = now);
    return now.or(() -> known);
  }

  @Override
  public boolean reaches(StoreId store) {
    return id().filter(store::equals).isPresent();
  }

  @Override
  public Verdict check(StoreId store, Checkpoint checkpoint) {
    try {
      DriveKeeper keeper = keeper(store);
      Verdict verdict = look(keeper, checkpoint);
      if (!(verdict instanceof Verdict.Sound)) {
        keeper.requireRoot(); // where that is gone, all that is in it seems to be missing
      }
      return verdict;
    } catch (StoreException e) {
      return new Verdict.Unreachable(e.getMessage());
    }
  }

  private static Verdict look(DriveKeeper keeper, Checkpoint checkpoint) throws StoreException {
    DriveManifests manifests = new DriveManifests(keeper);
    Optional<DriveItem> file = manifests.await(checkpoint);
    if (file.isEmpty()) {
      return new Verdict.Missing(Manifest.FILE_NAME);
    }
    Optional<Manifest> manifest = manifests.read(file.get(), checkpoint.digest());
    if (manifest.isEmpty()) {
      return new Verdict.Different(Manifest.FILE_NAME);
    }
    for (FileEntry entry : manifest.get().files()) {
      if (!isWhole(keeper.byId(entry.storeId()), entry)) {
        keeper.pause(BEFORE_A_SECOND_LOOK);
        Optional<DriveItem> again = keeper.byId(entry.storeId()).filter(item -> !item.trashed());
        if (again.isEmpty()) {
          return new Verdict.Missing(entry.name());
        }
        if (again.get().sha256().isEmpty()) {
          return new Verdict.Unreachable(
              "Google Drive has not told the sha256 of %s yet.".formatted(entry.name()));
        }
        if (!isWhole(again, entry)) {
          return new Verdict.Different(entry.name());
        }
      }
    }
    return new Verdict.Sound();
  }

  private static boolean isWhole(Optional<DriveItem> item, FileEntry entry) {
    return item.filter(found -> !found.trashed() && found.has(entry.size(), entry.sha256()))
        .isPresent();
  }

  @Override
  public void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept) {
    try {
      DriveKeeper keeper = keeper(store);
      keeper.requireRoot();
      DriveManifests manifests = new DriveManifests(keeper);
      if (manifests.find(pruned).isEmpty()) {
        return; // a person removed it
      }
      Manifest manifest = manifests.require(pruned);
      Set<String> named = new HashSet<>();
      for (Checkpoint checkpoint : kept) {
        named.addAll(storeIds(manifests.require(checkpoint)));
      }
      OwnFiles own = new OwnFiles(keeper, manifest.job());
      for (String storeId : storeIds(manifest)) {
        if (!named.contains(storeId)) {
          own.delete(storeId);
        }
      }
    } catch (StoreException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** The manifests among the orphans stay; committed ones are read only if there is an orphan. */
  @Override
  public List<String> sweep(
      StoreId store, JobId job, Fence current, Collection<Checkpoint> committed) {
    try {
      DriveKeeper keeper = keeper(store);
      keeper.requireRoot();
      JobOnDrive folders = new JobOnDrive(keeper, job);
      Orphans rule = new Orphans(current, Set.of(), Orphans.foldersOf(committed), keeper.now());
      List<String> candidates = rule.among(folders.abandoned(rule));
      if (candidates.isEmpty()) {
        return List.of();
      }
      Set<String> named = new HashSet<>();
      DriveManifests manifests = new DriveManifests(keeper);
      for (Checkpoint checkpoint : committed) {
        // One that is lost names no orphan: it could reuse files of committed folders only.
        manifests.readIfThere(checkpoint).ifPresent(found -> named.addAll(storeIds(found)));
      }
      OwnFiles own = new OwnFiles(keeper, job);
      List<String> orphans = candidates.stream().filter(id -> !named.contains(id)).toList();
      for (String orphan : orphans) {
        own.delete(orphan);
      }
      return orphans;
    } catch (StoreException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public OptionalLong room(StoreId store) {
    try {
      return keeper(store).room();
    } catch (StoreException e) {
      return OptionalLong.empty();
    }
  }

  private static List<String> storeIds(Manifest manifest) {
    return manifest.files().stream().map(FileEntry::storeId).toList();
  }

  private DriveKeeper keeper(StoreId store) throws StoreException {
    return signedIn
        .get()
        .filter(keeper -> keeper.id().equals(store))
        .orElseThrow(
            () ->
                new StoreException(
                    StoreException.Kind.UNREACHABLE,
                    "This coordinator is not signed in to the Google Drive that holds the store %s. Run 'baton drive login' where it runs."
                        .formatted(store)));
  }
}
