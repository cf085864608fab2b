package baton.storage.drive;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import com.google.api.services.drive.model.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in Google Drive. A file's store id is its Drive id. May be used by several threads, for
 * several files at once; never updates or deletes anything.
 */
public final class DriveStore implements CheckpointStore {
  private static final String BYTES = "application/octet-stream";

  private static final Logger LOG = LoggerFactory.getLogger(DriveStore.class);

  private final DriveSetup setup;
  private final DriveRoot root;
  private final DriveFiles files;
  private final DriveFolders folders;
  private final UsualRate usual = new UsualRate();

  /** What this session wrote, by path: lists may not know it yet. */
  private final Map<String, String> written = new ConcurrentHashMap<>();

  public DriveStore(DriveSetup setup, DriveRoot root) {
    this.setup = setup;
    this.root = root;
    this.files = new DriveFiles(setup);
    this.folders = new DriveFolders(setup, files, root);
  }

  @Override
  public StoreId id() {
    return root.id();
  }

  @Override
  public void requireRoom(long bytes) throws StoreException {
    DriveSpace space;
    try {
      space = DriveSpace.read(setup);
    } catch (StoreException e) {
      LOG.info("The space in Google Drive is unknown; the upload will tell. {}", e.getMessage());
      return;
    }
    if (!space.holds(bytes)) {
      throw new StoreException(Kind.FULL, space.lacks(bytes));
    }
  }

  @Override
  public void createFolder(String path) throws StoreException {
    folders.create(path);
  }

  /** Creates a folder with those above it, unless it is there: for what is no checkpoint. */
  public void ensureFolder(String path) throws StoreException {
    folders.ensure(path);
  }

  /** A file outside the trash, as Drive describes it; one just written may not be listed yet. */
  public Optional<FileEntry> find(String folder, String name) throws StoreException {
    return DriveFolders.outsideTrash(folders.find(folder + "/" + name)).stream()
        .filter(file -> file.getSize() != null && file.getSha256Checksum() != null)
        .findFirst()
        .map(
            file ->
                new FileEntry(
                    name, file.getSize(), new Sha256(file.getSha256Checksum()), file.getId()));
  }

  @Override
  public FileEntry put(String folder, Path file, LongConsumer moved)
      throws StoreException, IOException {
    String name = file.getFileName().toString();
    String path = folder + "/" + name;
    try (LocalFile local = LocalFile.open(file)) {
      String parent = folders.require(folder);
      requireFree(folder, path);
      File metadata =
          new File()
              .setId(files.newId())
              .setName(name)
              .setMimeType(BYTES)
              .setParents(List.of(parent))
              .setAppProperties(Labels.of(root.id(), path));
      Progress progress = new Progress(moved);
      files.awaitTurnToCreate();
      File stored = new ResumableUpload(setup, usual, local, metadata, progress).run();
      Sha256 sha256 = local.sha256();
      verify(stored, path, local.size(), sha256);
      written.put(path, metadata.getId());
      return new FileEntry(name, local.size(), sha256, metadata.getId());
    } catch (StoreException e) {
      throw folders.forgetIfGone(e);
    }
  }

  private void requireFree(String folder, String path) throws StoreException {
    boolean free = folders.isMadeHere(folder) || folders.find(path).isEmpty();
    if (written.containsKey(path) || !free) {
      throw new StoreException(
          Kind.EXISTS, "The file " + path + " is in the store already; nothing is overwritten.");
    }
  }

  /** Drive's own size and sha256 must be ours; a reply may lie, so a bad one is asked for again. */
  private void verify(File reply, String path, long size, Sha256 sha256) throws StoreException {
    File stored = reply;
    if (!isWhole(stored, size, sha256)) {
      stored = files.byId("verify " + path, reply.getId()).orElseThrow(() -> wentAway(path));
    }
    if (Boolean.TRUE.equals(stored.getTrashed())) {
      throw wentAway(path);
    }
    if (!isWhole(stored, size, sha256)) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "Google Drive has other bytes under %s than were sent to it. They are not used; save"
                  .formatted(path)
              + " again, and if it lasts, check this machine's memory and network.");
    }
  }

  private static StoreException wentAway(String path) {
    return new StoreException(
        Kind.GONE,
        "The file %s was deleted or put into the trash while it was being written".formatted(path)
            + "; leave the store's folder in Google Drive alone while jobs run.");
  }

  private static boolean isWhole(File stored, long size, Sha256 sha256) {
    return stored.getSize() != null
        && stored.getSize() == size
        && sha256.hex().equals(stored.getSha256Checksum());
  }

  @Override
  public boolean holds(FileEntry file) throws StoreException {
    return files
        .byId("look for " + file.name(), file.storeId())
        .filter(stored -> !Boolean.TRUE.equals(stored.getTrashed()))
        .filter(stored -> isWhole(stored, file.size(), file.sha256()))
        .isPresent();
  }

  @Override
  public void get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    long size =
        files
            .byId("look for the file " + storeId, storeId)
            .map(File::getSize)
            .orElseThrow(
                () ->
                    new StoreException(
                        Kind.GONE,
                        "The store has no file " + storeId + ": it was pruned or removed."));
    try (FileChannel to =
        FileChannel.open(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      new RangedDownload(setup, storeId, size, moved).to(to);
    }
  }

  /**
   * The names in the folder at {@code path} from the root, which is the empty path; none if there
   * is none.
   */
  public List<String> list(String path) throws StoreException {
    return folders.list(path);
  }

  @Override
  public String locate(String folder, String name) throws StoreException {
    String path = folder + "/" + name;
    String known = written.get(path);
    return known != null ? known : new Lookup(setup, () -> folders.find(path), path).run().getId();
  }
}
