package baton.storage.drive;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.transfer.DriveSetup;
import com.google.api.services.drive.model.File;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The folders of a store, by path. It remembers the ids of those that this session created, since
 * lists lag behind; it finds the others by label.
 */
final class DriveFolders {
  private final DriveSetup setup;
  private final DriveFiles files;
  private final DriveRoot root;
  private final Map<String, String> known = new HashMap<>();
  private final Set<String> made = new HashSet<>();

  DriveFolders(DriveSetup setup, DriveFiles files, DriveRoot root) {
    this.setup = setup;
    this.files = files;
    this.root = root;
    known.put(AppProperties.ROOT, root.folderId());
  }

  /** Creates a folder, which must be new, and the folders above it. */
  synchronized void create(String path) throws StoreException {
    if (known.containsKey(path) || !find(path).isEmpty()) {
      throw exists(path);
    }
    String id = make(path);
    // Drive permits two folders of one name. The oldest counts.
    Optional<File> oldest = find(path).stream().findFirst();
    if (oldest.isPresent() && !oldest.get().getId().equals(id)) {
      throw exists(path);
    }
    known.put(path, id);
    made.add(path);
  }

  /** Whether this session created the folder, so that nobody else can have written into it. */
  synchronized boolean isMadeHere(String path) {
    return made.contains(path);
  }

  private static StoreException exists(String path) {
    return new StoreException(
        Kind.EXISTS, "The folder " + path + " is in the store already; nothing is overwritten.");
  }

  private String make(String path) throws StoreException {
    int slash = path.lastIndexOf('/');
    String above = slash < 0 ? AppProperties.ROOT : path.substring(0, slash);
    String parent = ensure(above);
    try {
      return files.createFolder(
          path.substring(slash + 1), parent, AppProperties.of(root.id(), path));
    } catch (StoreException e) {
      throw forgetIfGone(e);
    }
  }

  /** The folder's id; the folder is created if it is missing. */
  synchronized String ensure(String path) throws StoreException {
    if (known.containsKey(path)) {
      return known.get(path);
    }
    List<File> found = outsideTrash(find(path));
    String id = found.isEmpty() ? make(path) : found.get(0).getId();
    known.put(path, id);
    return id;
  }

  /** The folder's id; lists that lag are given time. */
  synchronized String require(String path) throws StoreException {
    if (!known.containsKey(path)) {
      File folder = new LaggingLookup(setup, () -> find(path), path).run();
      known.put(path, folder.getId());
    }
    return known.get(path);
  }

  /** A user may delete folders at any time; the next save creates them again below the root. */
  synchronized StoreException forgetIfGone(StoreException e) {
    if (e.kind() == Kind.GONE) {
      known.clear();
      known.put(AppProperties.ROOT, root.folderId());
    }
    return e;
  }

  /** The files and folders with the label of this path. */
  List<File> find(String path) throws StoreException {
    return files.find("look for " + path, AppProperties.queryPath(root.id(), path));
  }

  static List<File> outsideTrash(List<File> found) {
    return found.stream().filter(file -> !Boolean.TRUE.equals(file.getTrashed())).toList();
  }
}
