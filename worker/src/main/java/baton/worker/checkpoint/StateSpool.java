package baton.worker.checkpoint;

import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StateEntry;
import baton.protocol.checkpoint.StateFile;
import baton.protocol.checkpoint.StateStage;
import baton.protocol.checkpoint.StateWalk;
import baton.storage.HashedFile;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes a snapshot into a local folder. Its bytes pass a chain of stages: the check for NaN and
 * the digest of the state, in the order of that digest; then the file's sha256 and the file itself,
 * in the order of the file. If the two orders are equal, as for tensors of one dtype, each piece
 * passes all stages at once, and is read from memory once. An encoding of the files would go
 * between the digest of the state and the sha256.
 *
 * <p>Files that are already on disk are mapped once and not written.
 */
public final class StateSpool implements SnapshotSink {
  private final Path folder;
  private final Map<String, StateFile> inMemory = new TreeMap<>();
  private final NanCheck nan = new NanCheck();
  private final StateDigest digest = new StateDigest();
  private final List<StateStage> ofState = List.of(nan, digest);
  private final StateWalk walk = new StateWalk();

  /**
   * @param folder empty
   */
  StateSpool(Path folder) {
    this.folder = folder;
  }

  /** Writes a snapshot into an empty folder. */
  public static void write(Snapshot snapshot, Path folder) throws IOException {
    StateSpool spool = new StateSpool(folder);
    snapshot.writeTo(spool);
    spool.finish();
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public void take(StateFile file) {
    inMemory.put(file.name(), file);
  }

  boolean isEmpty() throws IOException {
    return inMemory.isEmpty() && onDisk().isEmpty();
  }

  /** The files that are already in the folder, in order of name. */
  List<Path> onDisk() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  /** Passes all bytes through the stages. */
  SpooledState finish() throws IOException {
    Map<String, StateFile> files = new TreeMap<>(inMemory);
    for (Path file : onDisk()) {
      files.put(file.getFileName().toString(), StateFile.map(file));
    }
    Map<String, HashedFile> hashed = new TreeMap<>();
    List<StateEntry> entries = StateDigest.inOrder(files.values());
    for (int i = 0; i < entries.size(); ) {
      StateFile file = files.get(entries.get(i).file());
      if (liesThereInOrder(file, entries, i)) {
        hashed.put(file.name(), pass(file, ofState));
        i += file.entries().size();
      } else {
        walk.over(entries.get(i), ofState);
        i++;
      }
    }
    for (StateFile file : files.values()) {
      if (!hashed.containsKey(file.name())) {
        hashed.put(file.name(), pass(file, List.of()));
      }
    }
    return new SpooledState(List.copyOf(hashed.values()), digest.value(), nan);
  }

  /** Whether the state's next entries are the file's entries, in the file's order. */
  private static boolean liesThereInOrder(StateFile file, List<StateEntry> entries, int from) {
    List<StateEntry> own = file.entries();
    if (own.size() > entries.size() - from) {
      return false;
    }
    for (int i = 0; i < own.size(); i++) {
      if (own.get(i) != entries.get(from + i)) {
        return false;
      }
    }
    return true;
  }

  /** Passes a whole file through its own stage, and its entries first through {@code others}. */
  private HashedFile pass(StateFile file, List<StateStage> others) throws IOException {
    Path path = folder.resolve(file.name());
    try (FileStage stage =
        inMemory.containsKey(file.name()) ? FileStage.writing(path) : FileStage.hashing(path)) {
      List<StateStage> stages = new ArrayList<>(others);
      stages.add(stage);
      walk.over(file.head(), List.of(stage));
      for (StateEntry entry : file.entries()) {
        walk.over(entry, stages);
      }
      return stage.hashed();
    }
  }
}
