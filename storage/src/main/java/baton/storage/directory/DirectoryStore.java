package baton.storage.directory;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.protocol.checkpoint.StorePath;
import baton.storage.CheckpointStore;
import baton.storage.HashedFile;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A store in a directory: a local disk, or a mounted one that several machines share. A file's
 * store id is its path from the root.
 *
 * <p>Every call first reads the root's marker: a missing mount leaves an empty directory, and the
 * files that seem to be missing there are out of reach, not gone.
 */
public final class DirectoryStore implements CheckpointStore {
  private static final int CHUNK = 1 << 20;

  private final StoreRoot root;

  private DirectoryStore(StoreRoot root) {
    this.root = root;
  }

  /**
   * Opens the store at {@code directory}, and creates it if there is none.
   *
   * @param newId draws the id of a new store
   */
  public static DirectoryStore open(Path directory, Supplier<StoreId> newId) throws StoreException {
    return new DirectoryStore(StoreRoot.open(directory, newId));
  }

  /**
   * Opens the existing store at {@code directory}.
   *
   * @throws StoreException if there is none, or it cannot be read
   */
  public static DirectoryStore open(Path directory) throws StoreException {
    return new DirectoryStore(StoreRoot.find(directory));
  }

  @Override
  public StoreId id() {
    return root.id();
  }

  @Override
  public void createFolder(String path) throws StoreException {
    Path folder = place(path);
    root.requireThere();
    try {
      Files.createDirectories(folder.getParent());
      Files.createDirectory(folder);
      for (Path up = folder.getParent(); up.startsWith(root.path()); up = up.getParent()) {
        Durable.syncDirectory(up);
      }
    } catch (FileAlreadyExistsException e) {
      throw new StoreException(
          Kind.EXISTS,
          "The folder " + path + " is in the store already; nothing is overwritten.",
          e);
    } catch (IOException e) {
      throw root.failure(StoreRoot.WRITTEN, e);
    }
  }

  @Override
  public FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException {
    String name = file.name();
    String storeId = folder + "/" + name;
    Path target = place(storeId);
    Path part = target.resolveSibling("." + name + ".part");
    root.requireThere();
    try {
      if (file.isGiven() && root.write(() -> Durable.link(part, file.path()))) {
        file.requireUnchanged(moved);
        root.write(() -> Durable.sync(part));
      } else {
        copy(file, part, moved);
      }
      publish(part, target, storeId);
      return new FileEntry(name, file.size(), file.sha256(), storeId);
    } finally {
      Durable.deleteQuietly(part);
    }
  }

  private void copy(HashedFile file, Path part, LongConsumer moved)
      throws StoreException, IOException {
    try (FileChannel source = FileChannel.open(file.path(), StandardOpenOption.READ)) {
      CRC32C crc = new CRC32C();
      long size = fill(part, source, crc, moved);
      file.requireSame(size, crc.getValue());
    }
  }

  /** Writes and fsyncs {@code part}. Errors of the local file are not turned into a store's. */
  private long fill(Path part, FileChannel source, CRC32C crc, LongConsumer moved)
      throws StoreException, IOException {
    FileChannel target = root.write(() -> Durable.create(part));
    try {
      long size = 0;
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (source.read(chunk) >= 0) {
        crc.update(chunk.flip().duplicate());
        long bytes = chunk.remaining();
        root.write(() -> Durable.writeAll(target, chunk));
        chunk.clear();
        size += bytes;
        moved.accept(bytes);
      }
      root.write(
          () -> {
            target.force(true);
            target.close();
            return null;
          });
      return size;
    } finally {
      Durable.closeQuietly(target);
    }
  }

  private void publish(Path part, Path target, String storeId) throws StoreException {
    try {
      Durable.publish(part, target);
    } catch (FileAlreadyExistsException e) {
      throw new StoreException(
          Kind.EXISTS,
          "The file " + storeId + " is in the store already; nothing is overwritten.",
          e);
    } catch (IOException e) {
      throw root.failure(StoreRoot.WRITTEN, e);
    }
  }

  @Override
  public Optional<Stat> stat(String storeId) throws StoreException {
    Optional<Path> file = findFile(storeId);
    return file.isEmpty()
        ? Optional.empty()
        : Optional.of(new Stat(root.read(() -> Files.size(file.get())), Optional.empty()));
  }

  @Override
  public byte[] read(String storeId, int most) throws StoreException {
    Path file = requireFile(storeId);
    return root.read(
        () -> {
          try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(most);
          }
        });
  }

  @Override
  public Sha256 digest(String storeId) throws StoreException {
    Path file = requireFile(storeId);
    return root.read(() -> Sha256.ofFile(file));
  }

  @Override
  public Sha256 get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    Path stored = requireFile(storeId);
    MessageDigest sha256 = Sha256.newDigest();
    try (FileChannel from = root.read(() -> FileChannel.open(stored, StandardOpenOption.READ));
        FileChannel to = Durable.create(target)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (root.read(() -> from.read(chunk)) >= 0) {
        long bytes = chunk.flip().remaining();
        sha256.update(chunk.duplicate());
        Durable.writeAll(to, chunk);
        chunk.clear();
        moved.accept(bytes);
      }
    }
    return Sha256.of(sha256);
  }

  @Override
  public Optional<String> find(String path) throws StoreException {
    return findFile(path).map(file -> path);
  }

  @Override
  public void delete(String above, Collection<String> storeIds, Predicate<String> mayGo)
      throws StoreException {
    for (String storeId : storeIds) {
      boolean may = storeId.startsWith(above + "/") && mayGo.test(storeId);
      Optional<Path> file = may ? findFile(storeId) : Optional.empty();
      if (file.isPresent()) {
        root.write(() -> Files.deleteIfExists(file.get()));
      }
    }
  }

  @Override
  public OptionalLong room() throws StoreException {
    root.requireThere();
    return OptionalLong.of(root.read(() -> Files.getFileStore(root.path()).getUsableSpace()));
  }

  @Override
  public Instant now() throws StoreException {
    root.requireThere();
    return root.now();
  }

  /** Symbolic links are neither files nor folders of a store. */
  @Override
  public List<Entry> list(String folder) throws StoreException {
    Path place = folder.isEmpty() ? root.path() : place(folder);
    root.requireThere();
    List<Entry> entries =
        Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
            ? root.read(() -> entries(place))
            : List.of();
    root.requireThere(); // a mount lost meanwhile makes its files look missing
    return entries;
  }

  private List<Entry> entries(Path folder) throws IOException {
    List<Path> inside;
    try (Stream<Path> all = Files.list(folder)) {
      inside = all.sorted().toList();
    }
    List<Entry> entries = new ArrayList<>();
    for (Path entry : inside) {
      entry(entry).ifPresent(entries::add);
    }
    return entries;
  }

  private Optional<Entry> entry(Path file) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // a worker has finished or given up its upload meanwhile
    }
    String path = root.path().relativize(file).toString().replace(File.separatorChar, '/');
    Instant changed = found.lastModifiedTime().toInstant();
    return found.isDirectory() || found.isRegularFile()
        ? Optional.of(new Entry(path, path, found.isDirectory(), changed))
        : Optional.empty();
  }

  private Path requireFile(String storeId) throws StoreException {
    return findFile(storeId).orElseThrow(() -> CheckpointStore.gone(storeId));
  }

  private Optional<Path> findFile(String storeId) throws StoreException {
    root.requireThere();
    Optional<Path> file =
        findPlace(storeId).filter(place -> Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS));
    if (file.isEmpty()) {
      root.requireThere(); // a mount lost meanwhile makes its files look missing
    }
    return file;
  }

  private Path place(String path) throws StoreException {
    return findPlace(path).orElseThrow(() -> CheckpointStore.gone(path));
  }

  /** Empty: the path leads out of the store. */
  private Optional<Path> findPlace(String path) {
    try {
      return Optional.of(StorePath.resolve(root.path(), path));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
