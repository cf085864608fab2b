package baton.storage.drive;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import baton.storage.HashedFile;
import baton.storage.TransferProgress;
import baton.storage.drive.transfer.DriveSetup;
import baton.storage.drive.transfer.LocalFile;
import baton.storage.drive.transfer.RangedDownload;
import baton.storage.drive.transfer.ResumableUpload;
import baton.storage.drive.transfer.UsualRate;
import com.google.api.services.drive.model.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in Google Drive. A file's store id is its Drive id. Several threads may use it for
 * several files at once; it never updates anything. Drive reports sizes and digests, so no file but
 * a manifest is read for them.
 */
public final class DriveStore implements CheckpointStore {
  private static final String BYTES = "application/octet-stream";

  private static final Logger LOG = LoggerFactory.getLogger(DriveStore.class);

  private final DriveSetup setup;
  private final DriveRoot root;
  private final DriveFiles files;
  private final DriveFolders folders;
  private final DriveReader reader;
  private final UsualRate usual = new UsualRate();

  /** The ids of the files that this session wrote, by path: lists may not show them yet. */
  private final Map<String, String> written = new ConcurrentHashMap<>();

  public DriveStore(DriveSetup setup, DriveRoot root) {
    this.setup = setup;
    this.root = root;
    this.files = new DriveFiles(setup);
    this.folders = new DriveFolders(setup, files, root);
    this.reader = new DriveReader(setup, root, files);
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

  /** Creates a folder and those above it, unless it exists: for files that are no checkpoints. */
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
  public FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException {
    String name = file.name();
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
              .setAppProperties(AppProperties.of(root.id(), path));
      TransferProgress progress = new TransferProgress(moved);
      files.awaitTurnToCreate();
      File stored = new ResumableUpload(setup, usual, local, metadata, progress).run();
      verify(stored, path, file);
      written.put(path, metadata.getId());
      return new FileEntry(name, file.size(), file.sha256(), metadata.getId());
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

  /**
   * Compares Drive's size and sha256 with ours; if a reply differs, they are requested once more.
   */
  private void verify(File reply, String path, HashedFile file) throws StoreException, IOException {
    File stored = reply;
    if (!isWhole(stored, file)) {
      stored = files.byId("verify " + path, reply.getId()).orElseThrow(() -> wentAway(path));
    }
    if (Boolean.TRUE.equals(stored.getTrashed())) {
      throw wentAway(path);
    }
    if (!isWhole(stored, file)) {
      file.requireUnchanged();
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

  private static boolean isWhole(File stored, HashedFile file) {
    return stored.getSize() != null
        && stored.getSize() == file.size()
        && file.sha256().hex().equals(stored.getSha256Checksum());
  }

  @Override
  public Optional<Stat> stat(String storeId) throws StoreException {
    return reader
        .byId(storeId)
        .filter(item -> item.size().isPresent())
        .map(item -> new Stat(item.size().getAsLong(), item.sha256()));
  }

  @Override
  public byte[] read(String storeId, int most) throws StoreException {
    return reader.read(storeId, most);
  }

  /** Fails: Drive computes the sha256 soon after an upload, so no file is read for it. */
  @Override
  public Sha256 digest(String storeId) throws StoreException {
    throw new StoreException(
        Kind.UNREACHABLE,
        "Google Drive has not told the sha256 of the file %s yet.".formatted(storeId));
  }

  @Override
  public Sha256 get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    long size =
        files
            .byId("look for the file " + storeId, storeId)
            .map(File::getSize)
            .orElseThrow(() -> CheckpointStore.gone(storeId));
    try (FileChannel to =
        FileChannel.open(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      new RangedDownload(setup, storeId, size, moved).to(to);
    }
    // The parts arrive in parallel, so the digest is computed when all are there.
    return Sha256.ofFile(target);
  }

  @Override
  public List<Entry> list(String folder) throws StoreException {
    return reader.list(folder);
  }

  @Override
  public List<Entry> walk(Predicate<String> into) throws StoreException {
    return reader.walk(into);
  }

  @Override
  public Optional<String> find(String path) throws StoreException {
    return reader.find(path).map(DriveItem::id);
  }

  @Override
  public String locate(String folder, String name) throws StoreException {
    String path = folder + "/" + name;
    String known = written.get(path);
    if (known != null) {
      return known;
    }
    try {
      return new LaggingLookup(setup, () -> folders.find(path), path).run().getId();
    } catch (StoreException e) {
      if (e.kind() == Kind.GONE) {
        reader.requireRoot();
      }
      throw e;
    }
  }

  @Override
  public void delete(String above, Collection<String> storeIds, Predicate<String> mayGo)
      throws StoreException {
    reader.delete(above, storeIds, mayGo);
  }

  @Override
  public OptionalLong room() throws StoreException {
    return reader.room();
  }

  @Override
  public Instant now() throws StoreException {
    return reader.now();
  }

  @Override
  public Duration lag() {
    return setup.policy().indexLag();
  }

  @Override
  public void pause(Duration time) throws StoreException {
    try {
      setup.time().sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Kind.UNREACHABLE, "It was abandoned: this process is ending.");
    }
  }
}
