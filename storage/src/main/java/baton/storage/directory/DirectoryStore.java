package baton.storage.directory;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.protocol.checkpoint.StorePath;
import baton.storage.CheckpointStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A store in a directory: a local disk, or a mounted one that several machines share. A file's
 * store id is its path from the root.
 *
 * <p>Every call first looks for the root's marker: where a mount is missing there is an empty
 * directory, and what is not in it is out of reach, not gone.
 */
public final class DirectoryStore implements CheckpointStore {
  private static final int CHUNK = 1 << 20;

  private final StoreRoot root;

  private DirectoryStore(StoreRoot root) {
    this.root = root;
  }

  /**
   * Opens the store at {@code directory}, and makes it one if it is not yet.
   *
   * @param newId draws the id of a new store
   */
  public static DirectoryStore open(Path directory, Supplier<StoreId> newId) throws StoreException {
    return new DirectoryStore(StoreRoot.open(directory, newId));
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
  public FileEntry put(String folder, Path file, LongConsumer moved)
      throws StoreException, IOException {
    String name = file.getFileName().toString();
    String storeId = folder + "/" + name;
    Path target = place(storeId);
    Path part = target.resolveSibling("." + name + ".part");
    root.requireThere();
    try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ)) {
      MessageDigest sha256 = Sha256.newDigest();
      long size = fill(part, source, sha256, moved);
      publish(part, target, storeId);
      return new FileEntry(name, size, Sha256.of(sha256), storeId);
    } finally {
      Durable.deleteQuietly(part);
    }
  }

  /** Writes and fsyncs {@code part}. Errors of the local file stay what they are. */
  private long fill(Path part, FileChannel source, MessageDigest sha256, LongConsumer moved)
      throws StoreException, IOException {
    FileChannel target = root.write(() -> Durable.create(part));
    try {
      long size = 0;
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (source.read(chunk) >= 0) {
        sha256.update(chunk.flip().duplicate());
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
  public boolean holds(FileEntry file) throws StoreException {
    Path stored = place(file.storeId());
    root.requireThere();
    return root.read(
        () ->
            Files.isRegularFile(stored, LinkOption.NOFOLLOW_LINKS)
                && Files.size(stored) == file.size());
  }

  @Override
  public void get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    Path stored = requireFile(storeId);
    try (FileChannel from = root.read(() -> FileChannel.open(stored, StandardOpenOption.READ));
        FileChannel to = Durable.create(target)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (root.read(() -> from.read(chunk)) >= 0) {
        long bytes = chunk.flip().remaining();
        Durable.writeAll(to, chunk);
        chunk.clear();
        moved.accept(bytes);
      }
    }
  }

  @Override
  public String locate(String folder, String name) throws StoreException {
    String storeId = folder + "/" + name;
    requireFile(storeId);
    return storeId;
  }

  /**
   * The names in the folder at {@code path} from the root, which is the empty path; none if there
   * is none.
   */
  public List<String> list(String path) throws StoreException {
    root.requireThere();
    Path folder = path.isEmpty() ? root.path() : place(path);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    return root.read(
        () -> {
          try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(entry -> entry.getFileName().toString()).sorted().toList();
          }
        });
  }

  private Path requireFile(String storeId) throws StoreException {
    Path file = place(storeId);
    root.requireThere();
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw StoreRoot.gone(storeId, new NoSuchFileException(file.toString()));
    }
    return file;
  }

  private Path place(String path) throws StoreException {
    try {
      return StorePath.resolve(root.path(), path);
    } catch (IllegalArgumentException e) {
      throw StoreRoot.gone(path, e);
    }
  }
}
