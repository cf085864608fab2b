package baton.worker.checkpoint;

import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.SafetensorsException;
import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Saves and restores checkpoints, in the same way on every store.
 *
 * <p>A save, in steps: write the snapshot to the spool; find which of its files are in the store
 * already; refuse NaN in those that changed; digest its state; ask for room; create the folder,
 * which must be new (R6); put the other files, several at once; put the job file beside the
 * folders, if there is none; put the manifest last (R5). A save that ends before its last step
 * leaves a folder without a manifest, which nobody reads.
 *
 * <p>A restore, in steps: get the manifest and compare it with the head's digest; get the files,
 * several at once, and compare each with the manifest; what differs is got once more, and only if
 * it differs again is it corrupt (R3); refuse NaN.
 */
public final class Checkpoints {
  private final CheckpointStore store;
  private final Spool spool;
  private PrefixIndex beginnings = PrefixIndex.NONE;

  /** Jobs whose job file is in the store. */
  private final Set<JobId> told = new HashSet<>();

  /**
   * @param spool a directory of this session alone, emptied before and after each save
   */
  public Checkpoints(CheckpointStore store, Path spool) {
    this.store = store;
    this.spool = new Spool(spool);
  }

  /**
   * Stores a snapshot; one save at a time.
   *
   * @param moved told on this thread how many bytes have moved since it was last told; to abandon,
   *     it throws
   * @throws TroubleException of kind MACHINE if this machine's disk fails, PROGRAM if what the
   *     program wrote is unsound
   */
  public StoredCheckpoint save(ManifestDraft draft, Snapshot snapshot, LongConsumer moved)
      throws StoreException, TroubleException {
    try {
      spool.empty();
      snapshot.writeTo(spool.path());
      requirePlainFiles();
      return store(draft, snapshot.position(), moved);
    } catch (SafetensorsException e) {
      throw unsound(e.getMessage(), e);
    } catch (IOException e) {
      throw LocalDisk.trouble("save a checkpoint", spool.path(), e);
    } finally {
      spool.emptyQuietly();
    }
  }

  private void requirePlainFiles() throws IOException, TroubleException {
    List<Path> files = spool.files();
    if (files.isEmpty()) {
      throw unsound("there is no file in it", null);
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      boolean ours = name.startsWith(".") || name.equals(Manifest.FILE_NAME);
      if (ours || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw unsound(name + " is no plain file of a name that a program may use", null);
      }
    }
  }

  private static TroubleException unsound(String why, Exception cause) {
    return new TroubleException(
        Trouble.program(
            "The program wrote a checkpoint that cannot be used: " + why + ".",
            "Correct how the program writes its state."),
        cause);
  }

  private StoredCheckpoint store(ManifestDraft draft, Position position, LongConsumer moved)
      throws StoreException, TroubleException, IOException {
    Map<Path, Optional<FileEntry>> inStore = new LinkedHashMap<>();
    List<Path> changed = new ArrayList<>();
    long missing = 0;
    for (Path file : spool.files()) {
      Optional<FileEntry> stored = inStore(draft, file);
      inStore.put(file, stored);
      missing += stored.isPresent() ? 0 : Files.size(file);
      if (stored.filter(draft.inStore()::contains).isEmpty()) {
        changed.add(file);
      }
    }
    NanCheck.require(changed, position, "nothing was saved");
    Sha256 stateDigest = StateDigest.of(spool.path());
    store.requireRoom(missing);
    String folder = draft.folder(position);
    store.createFolder(folder);
    List<FileEntry> files = put(folder, inStore, moved);
    putJobFile(draft, moved);
    Manifest manifest = draft.manifest(store.id(), position, files, stateDigest);
    String text = text(manifest);
    store.put(folder, spool.write(Manifest.FILE_NAME, text), moved);
    beginnings = PrefixIndex.of(files, spool.path());
    return StoredCheckpoint.of(manifest, text);
  }

  /** What was submitted, for a coordinator that has lost all but the store; never overwritten. */
  private void putJobFile(ManifestDraft draft, LongConsumer moved)
      throws StoreException, IOException {
    if (told.contains(draft.job())) {
      return;
    }
    String text = JobFile.of(draft.job(), draft.spec()).write();
    try {
      store.put(draft.job().value(), spool.writeAside(JobFile.FILE_NAME, text), moved);
    } catch (StoreException e) {
      if (e.kind() != StoreException.Kind.EXISTS) {
        throw e;
      }
    }
    told.add(draft.job());
  }

  /** Stores those that are not there yet, several at once; all of them, in their order. */
  private List<FileEntry> put(
      String folder, Map<Path, Optional<FileEntry>> inStore, LongConsumer moved)
      throws StoreException, IOException {
    List<ParallelTransfers.Move<FileEntry>> moves = new ArrayList<>();
    inStore.forEach(
        (file, stored) -> {
          if (stored.isEmpty()) {
            moves.add(watch -> store.put(folder, file, watch));
          }
        });
    Iterator<FileEntry> put = ParallelTransfers.run(moves, moved).iterator();
    return inStore.values().stream().map(stored -> stored.orElseGet(put::next)).toList();
  }

  private static String text(Manifest manifest) throws TroubleException {
    try {
      return ManifestJson.write(manifest);
    } catch (IllegalArgumentException e) {
      throw unsound(e.getMessage(), e);
    }
  }

  /**
   * The file in the store with the same bytes, under the name it has here: it costs none. It is
   * looked at first, since users delete folders.
   */
  private Optional<FileEntry> inStore(ManifestDraft draft, Path file)
      throws StoreException, IOException {
    long size = Files.size(file);
    long beginning = PrefixIndex.of(file);
    List<FileEntry> candidates =
        draft.inStore().stream()
            .filter(candidate -> candidate.size() == size)
            .filter(candidate -> beginnings.mayBe(candidate.storeId(), beginning))
            .toList();
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    Sha256 sha256 = Sha256.ofFile(file);
    String name = file.getFileName().toString();
    for (FileEntry same : candidates) {
      if (same.sha256().equals(sha256) && store.holds(same)) {
        return Optional.of(new FileEntry(name, size, sha256, same.storeId()));
      }
    }
    return Optional.empty();
  }

  /**
   * Brings the files of {@code head}, and nothing else, into the folder {@code into}, which is
   * emptied first, and again after a failure.
   *
   * @param moved told how many bytes have moved since it was last told; to abandon, it throws
   * @throws StoreException of kind CORRUPT if two fresh copies differ from what was committed
   * @throws TroubleException of kind MACHINE if this machine's disk fails, or its Baton is too old;
   *     PROGRAM if nothing can go on from what was committed
   */
  public StoredCheckpoint restore(Checkpoint head, Path into, LongConsumer moved)
      throws StoreException, TroubleException {
    return new CheckpointRestore(store, head, new Spool(into), moved).run();
  }
}
