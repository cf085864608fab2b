package baton.storage.drive;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.util.Map;

/**
 * The private labels on everything Baton writes to Drive: which store it belongs to, and a hash of
 * its path there. Names may be changed by the user, and occur twice; labels are ours.
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

  /** Labels are at most 124 bytes long, paths are not. */
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

  /** Neither store ids nor hashes need escapes. */
  private static String has(String key, String value) {
    return "appProperties has { key='%s' and value='%s' }".formatted(key, value);
  }
}
