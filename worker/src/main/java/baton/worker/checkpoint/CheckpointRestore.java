package baton.worker.checkpoint;

import baton.protocol.Checkpoint;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StateEntry;
import baton.protocol.checkpoint.StateFile;
import baton.protocol.checkpoint.StateWalk;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** One restore of a checkpoint into a folder. */
final class CheckpointRestore {
  /** Names of a checkpoint's files never begin with a dot, so this one is unique. */
  private static final String FETCHED_MANIFEST = ".manifest.json";

  private static final int COPIES = 2;

  private final CheckpointStore store;
  private final Checkpoint head;
  private final Spool into;
  private final LongConsumer moved;

  CheckpointRestore(CheckpointStore store, Checkpoint head, Spool into, LongConsumer moved) {
    this.store = store;
    this.head = head;
    this.into = into;
    this.moved = moved;
  }

  StoredCheckpoint run() throws StoreException, TroubleException {
    boolean whole = false;
    try {
      into.empty();
      String text = fetchManifest();
      Manifest manifest = parse(text);
      List<ParallelTransfers.Move<Path>> files = new ArrayList<>();
      for (FileEntry file : manifest.files()) {
        files.add(watch -> fetch(file, watch));
      }
      ParallelTransfers.run(files, moved);
      requireState(manifest);
      whole = true;
      return new StoredCheckpoint(head, manifest, text);
    } catch (IOException e) {
      throw LocalDisk.trouble("restore a checkpoint", into.path(), e);
    } finally {
      if (!whole) {
        into.emptyQuietly();
      }
    }
  }

  /** Checks the state as training will read it: no NaN, and the digest of the manifest. */
  private void requireState(Manifest manifest)
      throws StoreException, TroubleException, IOException {
    List<StateFile> files = new ArrayList<>();
    for (FileEntry file : manifest.files()) {
      files.add(StateFile.map(into.path().resolve(file.name())));
    }
    NanCheck nan = new NanCheck();
    StateDigest digest = new StateDigest();
    StateWalk walk = new StateWalk();
    for (StateEntry entry : StateDigest.inOrder(files)) {
      walk.over(entry, List.of(nan, digest));
    }
    nan.requireNone(head.position(), "no training can go on from it");
    if (!digest.value().equals(manifest.stateDigest())) {
      requireUnchanged(manifest);
      throw new StoreException(
          Kind.CORRUPT,
          "The checkpoint %s at %s contradicts itself: its files are those of its manifest, and give another digest of the state."
              .formatted(head.digest().brief(), head.position()));
    }
  }

  /**
   * Checks the files once more: they came as committed, so if one differs now, this machine changed
   * it.
   */
  private void requireUnchanged(Manifest manifest) throws TroubleException, IOException {
    for (FileEntry file : manifest.files()) {
      if (!Sha256.ofFile(into.path().resolve(file.name())).equals(file.sha256())) {
        throw new TroubleException(
            Trouble.machine(
                "The file %s of the checkpoint %s came as it was committed, and has other bytes on this machine's disk now."
                    .formatted(file.name(), head.digest().brief()),
                "See that nothing else writes to %s; if it lasts, check this machine's disk and memory."
                    .formatted(into.path())));
      }
    }
  }

  private Path fetch(FileEntry file, LongConsumer watch) throws StoreException, IOException {
    Path target = into.path().resolve(file.name());
    fetch(
        file.name(),
        file.storeId(),
        target,
        (size, sha256) -> size == file.size() && sha256.equals(file.sha256()),
        watch);
    return target;
  }

  private String fetchManifest() throws StoreException, IOException {
    Path file = into.path().resolve(FETCHED_MANIFEST);
    String storeId = store.locate(head.folder(), Manifest.FILE_NAME);
    fetch(
        Manifest.FILE_NAME,
        storeId,
        file,
        (size, sha256) -> size <= ManifestJson.LONGEST && sha256.equals(head.digest()),
        moved);
    String text = Files.readString(file);
    Files.delete(file);
    return text;
  }

  /** Parses the manifest. It is what was committed, so if it cannot be read its format is newer. */
  private static Manifest parse(String text) throws TroubleException {
    try {
      return ManifestJson.read(text);
    } catch (IllegalArgumentException e) {
      throw new TroubleException(
          Trouble.machine(
              "This worker cannot read the checkpoint it was given: " + e.getMessage() + ".",
              "Upgrade Baton on this machine to the version of the other workers."),
          e);
    }
  }

  /** The expected size and hash of a file. */
  private interface Promise {
    boolean keptBy(long size, Sha256 sha256);
  }

  private void fetch(String name, String storeId, Path target, Promise promise, LongConsumer watch)
      throws StoreException, IOException {
    for (int copy = 1; copy <= COPIES; copy++) {
      Sha256 sha256 = store.get(storeId, target, watch);
      if (promise.keptBy(Files.size(target), sha256)) {
        return;
      }
      Files.delete(target);
    }
    throw new StoreException(
        Kind.CORRUPT,
        "The file %s of the checkpoint %s at %s differs from what was committed, in two fresh copies."
            .formatted(name, head.digest().brief(), head.position()));
  }
}
