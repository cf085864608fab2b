package baton.coordinator.checkpoint;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.Orphans;
import baton.coordinator.lease.StoredFolder;
import baton.coordinator.lease.StoredFolder.StoredFile;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import baton.storage.CheckpointStore.Entry;
import baton.storage.CheckpointStore.Stat;
import baton.storage.StoreLocator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The checkpoints in a store of any kind: checks what is committed, and deletes pruned checkpoints
 * and orphans.
 *
 * <ol>
 *   <li>A check finds the manifest, compares its bytes with the committed digest, and asks the
 *       store for the size and sha256 of each file that it names. Bytes are read only if the store
 *       knows no sha256. A store that is eventually consistent is asked twice.
 *   <li>A deletion spares the files that a kept manifest names; if a kept manifest cannot be read,
 *       it deletes nothing.
 *   <li>A sweep deletes the files that are orphans by the rule of {@link Orphans}.
 *   <li>Only files in a checkpoint folder of the same job are deleted, and no manifest (R13).
 * </ol>
 */
public final class StoredFiles implements CheckpointFiles {
  private static final Duration BEFORE_A_SECOND_LOOK = Duration.ofSeconds(1);

  private final StoreLocator locator;
  private volatile Optional<StoreId> known = Optional.empty();

  public StoredFiles(StoreLocator locator) {
    this.locator = locator;
  }

  /** The id of the store that was last reached; empty if none was yet. */
  public Optional<StoreId> id() {
    Optional<StoreId> now = locator.find().map(CheckpointStore::id);
    now.ifPresent(id -> known = now);
    return now.or(() -> known);
  }

  @Override
  public boolean reaches(StoreId store) {
    return id().filter(store::equals).isPresent();
  }

  @Override
  public Optional<String> awaited() {
    return locator.awaited();
  }

  private CheckpointStore require(StoreId store) throws StoreException {
    return locator
        .find()
        .filter(found -> found.id().equals(store))
        .orElseThrow(() -> new StoreException(Kind.UNREACHABLE, locator.whyNot(store)));
  }

  @Override
  public Verdict check(StoreId store, Checkpoint checkpoint) {
    try {
      return check(require(store), checkpoint);
    } catch (StoreException e) {
      return new Verdict.Unreachable(e.getMessage());
    }
  }

  private static Verdict check(CheckpointStore store, Checkpoint checkpoint) throws StoreException {
    Manifests manifests = new Manifests(store);
    Optional<String> file = manifests.await(checkpoint);
    if (file.isEmpty()) {
      return new Verdict.Missing(Manifest.FILE_NAME);
    }
    Optional<Manifest> manifest = manifests.read(file.get(), checkpoint.digest());
    if (manifest.isEmpty()) {
      return new Verdict.Different(Manifest.FILE_NAME);
    }
    for (FileEntry entry : manifest.get().files()) {
      Verdict verdict = check(store, entry);
      if (!(verdict instanceof Verdict.Sound)) {
        return verdict;
      }
    }
    return new Verdict.Sound();
  }

  private static Verdict check(CheckpointStore store, FileEntry entry) throws StoreException {
    Optional<Stat> found = store.stat(entry.storeId());
    boolean isWhole =
        found.filter(stat -> stat.sha256().isPresent() && stat.mayBe(entry)).isPresent();
    if (!isWhole && !store.lag().isZero()) {
      store.pause(BEFORE_A_SECOND_LOOK);
      found = store.stat(entry.storeId());
    }
    if (found.isEmpty()) {
      return new Verdict.Missing(entry.name());
    }
    if (found.get().size() != entry.size()) {
      return new Verdict.Different(entry.name());
    }
    Optional<Sha256> told = found.get().sha256();
    Sha256 sha256 = told.isPresent() ? told.get() : store.digest(entry.storeId());
    return sha256.equals(entry.sha256())
        ? new Verdict.Sound()
        : new Verdict.Different(entry.name());
  }

  @Override
  public void delete(StoreId id, Checkpoint pruned, List<Checkpoint> kept) {
    try {
      CheckpointStore store = require(id);
      Manifests manifests = new Manifests(store);
      if (manifests.find(pruned).isEmpty()) {
        return; // a person removed it
      }
      Manifest manifest = manifests.require(pruned);
      Set<String> named = manifests.requireNamed(kept);
      List<String> unneeded =
          manifest.files().stream()
              .map(FileEntry::storeId)
              .filter(storeId -> !named.contains(storeId))
              .toList();
      store.delete(manifest.job().value(), unneeded, filesOf(manifest.job()));
    } catch (StoreException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /**
   * Deletes the orphans except their manifests; committed manifests are read only if there is an
   * orphan.
   */
  @Override
  public List<String> sweep(
      StoreId id, JobId job, Fence current, Collection<Checkpoint> committed) {
    try {
      CheckpointStore store = require(id);
      Orphans rule = new Orphans(current, Set.of(), Orphans.foldersOf(committed), store.now());
      List<String> candidates = rule.among(abandoned(store, job, rule));
      if (candidates.isEmpty()) {
        return List.of();
      }
      Set<String> named = new Manifests(store).named(committed);
      List<String> orphans = candidates.stream().filter(file -> !named.contains(file)).toList();
      store.delete(job.value(), orphans, filesOf(job));
      return orphans;
    } catch (StoreException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** The folders that this rule may sweep, with their files; other folders are not listed. */
  private static List<StoredFolder> abandoned(CheckpointStore store, JobId job, Orphans rule)
      throws StoreException {
    List<StoredFolder> folders = new ArrayList<>();
    for (Entry entry : store.list(job.value())) {
      Optional<CheckpointFolder> name = CheckpointFolder.parse(entry.path());
      if (entry.isFolder()
          && name.isPresent()
          && rule.isAbandoned(new StoredFolder(name.get(), entry.changed(), List.of()))) {
        folders.add(folder(name.get(), entry, store.list(entry.path())));
      }
    }
    return folders;
  }

  private static StoredFolder folder(CheckpointFolder name, Entry folder, List<Entry> inside) {
    Instant changed = folder.changed();
    List<StoredFile> files = new ArrayList<>();
    for (Entry entry : inside) {
      changed = entry.changed().isAfter(changed) ? entry.changed() : changed;
      if (!entry.isFolder()) {
        files.add(new StoredFile(entry.name(), entry.storeId()));
      }
    }
    return new StoredFolder(name, changed, files);
  }

  /** Matches files in a checkpoint folder of this job, except manifests. */
  private static Predicate<String> filesOf(JobId job) {
    return path -> {
      int slash = path.lastIndexOf('/');
      return slash >= 0
          && !path.endsWith("/" + Manifest.FILE_NAME)
          && CheckpointFolder.parse(path.substring(0, slash))
              .filter(folder -> folder.job().equals(job))
              .isPresent();
    };
  }

  @Override
  public OptionalLong room(StoreId store) {
    try {
      return require(store).room();
    } catch (StoreException e) {
      return OptionalLong.empty();
    }
  }
}
