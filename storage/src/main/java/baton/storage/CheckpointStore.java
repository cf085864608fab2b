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
 * Where checkpoints live: a blob store with folders. What a checkpoint is made of, in which order
 * it is written, when it is trusted and what of it may be deleted is not its business: that is
 * written once, for all stores. Several threads may use it at the same time.
 *
 * <p>A store that is out of reach as a whole (a missing mount, a root that was deleted or is
 * another store's now) throws; it never says of a file that it is not there.
 *
 * <p>Paths lead from the root, which is the empty path, with forward slashes. A file's store id is
 * what manifests name it by: its path, or an id of the store's own.
 */
public interface CheckpointStore {
  /** The path of the root. */
  String ROOT = "";

  StoreId id();

  /**
   * What lies in a folder, by name, as far as lists know it; nothing if there is no such folder.
   */
  List<Entry> list(String folder) throws StoreException;

  /**
   * What lies in the root and in each folder below whose path is among those to look into; a folder
   * comes before what lies in it.
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

  /** The store id of the file at this path, as far as lists know it. */
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

  /** What the store tells of a file without reading it; empty: there is no such file. */
  Optional<Stat> stat(String storeId) throws StoreException;

  /**
   * The bytes of a small file, fresh from the store, cut where it is longer than {@code most}.
   *
   * @throws StoreException of kind GONE if there is no such file
   */
  byte[] read(String storeId, int most) throws StoreException;

  /**
   * The sha256 of a file's bytes, read fresh; asked only where {@link #stat} does not tell it.
   *
   * @throws StoreException of kind GONE if there is no such file
   */
  Sha256 digest(String storeId) throws StoreException;

  /**
   * Copies a stored file to {@code target}, fresh from the store, and does not judge its bytes.
   *
   * @param moved told how many bytes have moved since it was last told; to abandon, it throws
   * @return the sha256 of the bytes that came
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
   * @param moved told how many bytes have moved since it was last told; to abandon, it throws
   * @throws StoreException of kind EXISTS if the name is taken
   * @throws IOException if the local file cannot be read; {@link ChangedFileException} if it is
   *     seen to have other bytes now
   */
  FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException;

  /** Stores a file that nobody has looked at yet. */
  default FileEntry put(String folder, Path file, LongConsumer moved)
      throws StoreException, IOException {
    return put(folder, HashedFile.of(file), moved);
  }

  /**
   * Deletes for good those of the files that Baton wrote into a folder of {@code above}, at a path
   * that may go. What is not there is no error.
   */
  void delete(String above, Collection<String> storeIds, Predicate<String> mayGo)
      throws StoreException;

  /** How many bytes more find room; empty: that is not known, or there is no end. */
  OptionalLong room() throws StoreException;

  /**
   * Looks, where that is cheap, whether so many more bytes find room.
   *
   * @throws StoreException of kind FULL if they surely do not
   */
  default void requireRoom(long bytes) throws StoreException {}

  /** The time by the clock that dates what lies in the store. */
  Instant now() throws StoreException;

  /** How long something that was just written may be missing in lists; zero: never. */
  default Duration lag() {
    return Duration.ZERO;
  }

  /** Lets a while pass before a second look at a store that lags. */
  default void pause(Duration time) throws StoreException {}

  /** Whether the store has this file still, as far as it can tell without reading it. */
  default boolean holds(FileEntry file) throws StoreException {
    return stat(file.storeId()).filter(found -> found.mayBe(file)).isPresent();
  }

  /** That no file bears this path or store id. */
  static StoreException gone(String file) {
    return new StoreException(
        Kind.GONE, "The store has no file " + file + ": it was pruned or removed.");
  }

  /**
   * A file or a folder.
   *
   * @param changed when it last changed, by the store's clock; a store without folders of its own
   *     tells the epoch for one
   */
  record Entry(String path, String storeId, boolean isFolder, Instant changed) {
    public String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /**
   * What a store tells of a file.
   *
   * @param sha256 of its bytes; empty: the store does not know it
   */
  record Stat(long size, Optional<Sha256> sha256) {
    /** Whether the file may have the promised bytes, by the store's word. */
    public boolean mayBe(FileEntry file) {
      return size == file.size() && sha256.map(file.sha256()::equals).orElse(true);
    }
  }
}
