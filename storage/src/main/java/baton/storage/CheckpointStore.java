package baton.storage;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Where checkpoints live: a blob store with folders. It does not decide what a checkpoint consists
 * of, in which order it is written, when it is trusted and which of its files may be deleted: that
 * is written once, for all stores. It is thread-safe.
 *
 * <p>A store that is out of reach as a whole (a missing mount, a root that was deleted or now
 * belongs to another store) throws; it never reports its files as missing.
 *
 * <p>Paths lead from the root, which is the empty path, with forward slashes. Manifests name a file
 * by its store id: its path, or an id that the store gave it.
 */
public interface CheckpointStore {
  /** The path of the root. */
  String ROOT = "";

  StoreId id();

  /**
   * The entries of a folder, sorted by name, as far as lists show them; empty if there is no such
   * folder.
   */
  List<Entry> list(String folder) throws StoreException;

  /**
   * The entries of the root and of each folder below whose path matches {@code into}; a folder
   * comes before its entries.
   */
  default List<Entry> walk(Predicate<String> into) throws StoreException {
    List<Entry> all = new ArrayList<>(list(ROOT));
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).isFolder() && into.test(all.get(i).path())) {
        all.addAll(list(all.get(i).path()));
      }
    }
    return all;
  }

  /** The store id of the file at this path, as far as lists show it. */
  Optional<String> find(String path) throws StoreException;

  /**
   * The store id of the file {@code name} in {@code folder}; lists that lag are given time.
   *
   * @throws StoreException of kind GONE if there is no such file
   */
  default String locate(String folder, String name) throws StoreException {
    String path = folder + "/" + name;
    return find(path).orElseThrow(() -> gone(path));
  }

  /** What the store knows about a file without reading it; empty: there is no such file. */
  Optional<Stat> stat(String storeId) throws StoreException;

  /**
   * The bytes of a small file, read from the store, truncated to {@code most}.
   *
   * @throws StoreException of kind GONE if there is no such file
   */
  byte[] read(String storeId, int most) throws StoreException;

  /**
   * The sha256 of a file's bytes, read from the store; called only if {@link #stat} lacks it.
   *
   * @throws StoreException of kind GONE if there is no such file
   */
  Sha256 digest(String storeId) throws StoreException;

  /**
   * Copies a stored file to {@code target}, without verifying its bytes.
   *
   * @param moved receives the number of bytes moved since its last call; it throws to abandon the
   *     transfer
   * @return the sha256 of the bytes that were read
   * @throws StoreException of kind GONE if there is no such file
   * @throws IOException if the local file cannot be written
   */
  Sha256 get(String storeId, Path target, LongConsumer moved) throws StoreException, IOException;

  /**
   * Creates the folder at {@code path}, with those above it.
   *
   * @throws StoreException of kind EXISTS if there is one: nothing is ever overwritten (R6)
   */
  void createFolder(String path) throws StoreException;

  /**
   * Stores {@code file} durably under its own name in {@code folder}; it becomes visible whole or
   * not at all.
   *
   * @param moved receives the number of bytes moved since its last call; it throws to abandon the
   *     transfer
   * @throws StoreException of kind EXISTS if the name is taken
   * @throws IOException if the local file cannot be read; {@link ChangedFileException} if its bytes
   *     have changed
   */
  FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException;

  /** Stores a file that has not been hashed yet. */
  default FileEntry put(String folder, Path file, LongConsumer moved)
      throws StoreException, IOException {
    return put(folder, HashedFile.of(file), moved);
  }

  /**
   * Permanently deletes those of the files that Baton wrote into a folder of {@code above} and
   * whose path matches {@code mayGo}. A missing file is no error.
   */
  void delete(String above, Collection<String> storeIds, Predicate<String> mayGo)
      throws StoreException;

  /** The free space in bytes; empty: it is unknown or unlimited. */
  OptionalLong room() throws StoreException;

  /**
   * Checks, where that is cheap, whether there is room for this many more bytes.
   *
   * @throws StoreException of kind FULL if there certainly is not
   */
  default void requireRoom(long bytes) throws StoreException {}

  /** The time by the clock that dates the store's files. */
  Instant now() throws StoreException;

  /** How long a new file or folder may be missing in lists; zero: never. */
  default Duration lag() {
    return Duration.ZERO;
  }

  /** Pauses before a second look at a store that lags. */
  default void pause(Duration time) throws StoreException {}

  /** Whether the store still has this file, as far as it can tell without reading it. */
  default boolean holds(FileEntry file) throws StoreException {
    return stat(file.storeId()).filter(found -> found.mayBe(file)).isPresent();
  }

  /** The failure that there is no file with this path or store id. */
  static StoreException gone(String file) {
    return new StoreException(
        Kind.GONE, "The store has no file " + file + ": it was pruned or removed.");
  }

  /**
   * A file or a folder.
   *
   * @param changed when it last changed, by the store's clock; the epoch for the folders of a store
   *     that has no real folders
   */
  record Entry(String path, String storeId, boolean isFolder, Instant changed) {
    public String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /**
   * What a store knows about a file without reading it.
   *
   * @param sha256 of its bytes; empty: the store does not know it
   */
  record Stat(long size, Optional<Sha256> sha256) {
    /** Whether the file may have the expected bytes, as far as the store knows. */
    public boolean mayBe(FileEntry file) {
      return size == file.size() && sha256.map(file.sha256()::equals).orElse(true);
    }
  }
}
