package baton.worker.checkpoint;

import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.BeyondBatonException;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.SafetensorsException;
import baton.protocol.checkpoint.StoreException;
import baton.storage.ChangedFileException;
import baton.storage.CheckpointStore;
import baton.storage.HashedFile;
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
 * Saves and restores checkpoints in the same way on every store.
 *
 * <p>A save, in steps: write the snapshot to the spool, and meanwhile check for NaN, digest the
 * state and hash each file; refuse NaN; find which files are already in the store; check the
 * store's free space; create the folder, which must be new (R6); put the other files, several at
 * once; put the job file beside the folders, if there is none; put the manifest last (R5). A save
 * that fails before its last step leaves a folder without a manifest, which nobody reads.
 *
 * <p>A restore, in steps: get the manifest and compare it with the head's digest; get the files,
 * several at once, hash each on the way, and compare it with the manifest; fetch a file that
 * differs a second time, and report it as corrupt only if it differs again (R3); refuse NaN, and a
 * state with another digest.
 */
public final class Checkpoints {
  private final CheckpointStore store;
  private final Spool spool;

  /** Jobs whose job file is in the store. */
  private final Set<JobId> told = new HashSet<>();

  /**
   * @param spool a directory for this session alone, emptied before and after each save
   */
  public Checkpoints(CheckpointStore store, Path spool) {
    this.store = store;
    this.spool = new Spool(spool);
  }

  /**
   * Stores a snapshot; one save at a time.
   *
   * @param moved called on this thread with the bytes moved since its last call; it may throw to
   *     abandon the save
   * @throws TroubleException of kind MACHINE if this machine's disk fails, PROGRAM if the program's
   *     state is invalid
   */
  public StoredCheckpoint save(ManifestDraft draft, Snapshot snapshot, LongConsumer moved)
      throws StoreException, TroubleException {
    try {
      spool.empty();
      StateSpool into = new StateSpool(spool.path());
      snapshot.writeTo(into);
      requirePlainFiles(into);
      SpooledState state = into.finish();
      state.nan().requireNone(snapshot.position(), "nothing was saved");
      return store(draft, snapshot.position(), state, moved);
    } catch (SafetensorsException e) {
      throw unsound(e.getMessage(), e);
    } catch (BeyondBatonException e) {
      throw beyond(e.getMessage(), e);
    } catch (ChangedFileException e) {
      throw changed(e);
    } catch (IOException e) {
      throw LocalDisk.trouble("save a checkpoint", spool.path(), e);
    } finally {
      spool.emptyQuietly();
    }
  }

  private static void requirePlainFiles(StateSpool spooled) throws IOException, TroubleException {
    if (spooled.isEmpty()) {
      throw unsound("there is no file in it", null);
    }
    for (Path file : spooled.onDisk()) {
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

  /** A limit of Baton is not the program's fault; its state may be valid. */
  private static TroubleException beyond(String why, Exception cause) {
    return new TroubleException(
        Trouble.machine(
            "The state cannot be saved: %s. That is a limit of Baton, no fault of the program."
                .formatted(why),
            "Upgrade Baton on this machine; if that does not help, keep the state in another form."),
        cause);
  }

  private TroubleException changed(ChangedFileException e) {
    return new TroubleException(
        Trouble.machine(
            "This machine could not save a checkpoint: %s.".formatted(e.getMessage()),
            "See that nothing else writes to %s; if it lasts, check this machine's disk and memory."
                .formatted(spool.path())),
        e);
  }

  private StoredCheckpoint store(
      ManifestDraft draft, Position position, SpooledState state, LongConsumer moved)
      throws StoreException, TroubleException, IOException {
    Map<HashedFile, Optional<FileEntry>> inStore = new LinkedHashMap<>();
    long missing = 0;
    for (HashedFile file : state.files()) {
      Optional<FileEntry> stored = inStore(draft, file);
      inStore.put(file, stored);
      missing += stored.isPresent() ? 0 : file.size();
    }
    store.requireRoom(missing);
    String folder = draft.folder(position);
    store.createFolder(folder);
    List<FileEntry> files = put(folder, inStore, moved);
    putJobFile(draft, moved);
    Manifest manifest = draft.manifest(store.id(), position, files, state.digest());
    String text = text(manifest);
    store.put(folder, spool.write(Manifest.FILE_NAME, text), moved);
    return StoredCheckpoint.of(manifest, text);
  }

  /**
   * Stores the job as submitted, for a coordinator that has lost all but the store; never
   * overwritten.
   */
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

  /** Stores the missing files, several at once; returns all entries, in order. */
  private List<FileEntry> put(
      String folder, Map<HashedFile, Optional<FileEntry>> inStore, LongConsumer moved)
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
      throw beyond(e.getMessage(), e);
    }
  }

  /**
   * Finds a file in the store with the same bytes, and gives it this file's name, so that nothing
   * is uploaded. The store is asked first, since users delete folders.
   */
  private Optional<FileEntry> inStore(ManifestDraft draft, HashedFile file) throws StoreException {
    for (FileEntry other : draft.inStore()) {
      boolean isSame = other.size() == file.size() && other.sha256().equals(file.sha256());
      if (isSame && store.holds(other)) {
        return Optional.of(new FileEntry(file.name(), file.size(), file.sha256(), other.storeId()));
      }
    }
    return Optional.empty();
  }

  /**
   * Fetches the files of {@code head} into the folder {@code into}, which is emptied first, and
   * again after a failure.
   *
   * @param moved called with the bytes moved since its last call; it may throw to abandon the
   *     restore
   * @throws StoreException of kind CORRUPT if two fresh copies differ from what was committed
   * @throws TroubleException of kind MACHINE if this machine's disk fails, or its Baton is too old;
   *     PROGRAM if training cannot continue from the checkpoint
   */
  public StoredCheckpoint restore(Checkpoint head, Path into, LongConsumer moved)
      throws StoreException, TroubleException {
    return new CheckpointRestore(store, head, new Spool(into), moved).run();
  }
}
