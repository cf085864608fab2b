package baton.cli.verify;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.directory.DirectoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A store that is only read: it can be listed, and its files fetched. */
public interface Vault {
  StoreId id();

  /** The names in the folder at {@code path} from the root, none if there is no such folder. */
  List<String> list(String path) throws StoreException;

  /**
   * Copies a stored file to {@code target}, fresh from the store.
   *
   * @throws StoreException of kind GONE if there is no such file
   */
  void fetch(String storeId, Path target) throws StoreException, IOException;

  /** The store id of the file {@code name} in {@code folder}. */
  String locate(String folder, String name) throws StoreException;

  static Vault of(DirectoryStore store) {
    return of(store, store::list);
  }

  /** Lists the names in a folder. */
  interface Lister {
    List<String> list(String path) throws StoreException;
  }

  static Vault of(CheckpointStore store, Lister lister) {
    return new Vault() {
      @Override
      public StoreId id() {
        return store.id();
      }

      @Override
      public List<String> list(String path) throws StoreException {
        return lister.list(path);
      }

      @Override
      public void fetch(String storeId, Path target) throws StoreException, IOException {
        store.get(storeId, target, bytes -> {});
      }

      @Override
      public String locate(String folder, String name) throws StoreException {
        return store.locate(folder, name);
      }
    };
  }
}
