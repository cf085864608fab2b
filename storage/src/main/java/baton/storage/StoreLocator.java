package baton.storage;

import baton.protocol.StoreId;
import java.util.Optional;

/** Finds a store that may come and go while a coordinator runs: a mount, somebody's sign-in. */
public interface StoreLocator {
  /** The store that is reached now; one that was found may still be out of reach at a call. */
  Optional<CheckpointStore> find();

  /**
   * Why the store that was named is not seen yet, though it may be at any moment; empty: it was
   * seen, or was waited for long enough.
   */
  default Optional<String> awaited() {
    return Optional.empty();
  }

  /** Why this store is not reached, and what to do. */
  String whyNot(StoreId store);

  /** One that is open and stays so. */
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
