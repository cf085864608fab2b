package baton.storage;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * Where checkpoints live, as a worker sees it: a blob store with folders. What a checkpoint is made
 * of, in which order it is written and when it is trusted is not its business. Several threads may
 * put and get files at the same time.
 */
public interface CheckpointStore {
  StoreId id();

  /**
   * Looks, where that is cheap, whether so many more bytes find room.
   *
   * @throws StoreException of kind FULL if they surely do not
   */
  default void requireRoom(long bytes) throws StoreException {}

  /**
   * Creates the folder at {@code path} from the root.
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
   * @throws IOException if the local file cannot be read
   */
  FileEntry put(String folder, Path file, LongConsumer moved) throws StoreException, IOException;

  /**
   * Whether the store has this file still, as far as it can tell without reading it; what lies in a
   * trash does not count.
   */
  boolean holds(FileEntry file) throws StoreException;

  /**
   * Copies a stored file to {@code target}, fresh from the store, and does not judge its bytes.
   *
   * @param moved told how many bytes have moved since it was last told; to abandon, it throws
   * @throws StoreException of kind GONE if there is no such file
   * @throws IOException if the local file cannot be written
   */
  void get(String storeId, Path target, LongConsumer moved) throws StoreException, IOException;

  /**
   * The store id of the file {@code name} in {@code folder}.
   *
   * @throws StoreException of kind GONE if there is no such file
   */
  String locate(String folder, String name) throws StoreException;
}
