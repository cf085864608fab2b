package baton.storage;

import baton.protocol.StoreId;
import java.util.Optional;

/** Finds a store that may come and go while a coordinator runs: a mount, somebody's sign-in. */
public interface StoreLocator {
  /** The store that was found; it may still be out of reach at a call. */
  Optional<CheckpointStore> find();

  /**
   * Why the configured store has not been found yet, though it may be at any moment; empty: it was
   * found, or the wait for it is over.
   */
  default Optional<String> awaited() {
    return Optional.empty();
  }

  /** Why this store is out of reach, and what to do. */
  String whyNot(StoreId store);

  /** A locator of a store that is already open. */
  static StoreLocator at(CheckpointStore store) {
    return new StoreLocator() {
      @Override
      public Optional<CheckpointStore> find() {
        return Optional.of(store);
      }

      @Override
      public String whyNot(StoreId wanted) {
        return "The store that was opened is %s, not %s.".formatted(store.id(), wanted);
      }
    };
  }
}
