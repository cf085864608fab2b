package baton.storage.drive;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.util.Map;

/**
 * The private labels (Drive's appProperties) on everything that Baton writes to Drive: its store's
 * id, and a hash of its path there. The user can change names, and names need not be unique; only
 * Baton writes labels.
 */
final class AppProperties {
  static final String STORE = "batonStore";
  static final String PATH = "batonPath";

  /** The path of a store's root. */
  static final String ROOT = "";

  private AppProperties() {}

  static Map<String, String> of(StoreId store, String path) {
    return Map.of(STORE, store.value(), PATH, hash(path));
  }

  /** Hashed because a label has at most 124 bytes and a path may be longer. */
  private static String hash(String path) {
    return Sha256.ofText(path).hex();
  }

  static String queryPath(String path) {
    return has(PATH, hash(path));
  }

  static String queryStore(StoreId store) {
    return has(STORE, store.value());
  }

  static String queryPath(StoreId store, String path) {
    return has(STORE, store.value()) + " and " + queryPath(path);
  }

  /** A query for a label; neither store ids nor hashes need escapes. */
  private static String has(String key, String value) {
    return "appProperties has { key='%s' and value='%s' }".formatted(key, value);
  }
}
