package baton.coordinator.lease;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;

/**
 * The stores a coordinator can reach itself, to check what is committed and delete what is pruned.
 */
public interface CheckpointFiles {
  boolean reaches(StoreId store);

  /** Reads every file the manifest names, and the manifest itself, fresh from the store. */
  Verdict check(StoreId store, Manifest manifest, String manifestText);

  /** What a check found. */
  sealed interface Verdict {
    /** Every file is there, with the size and sha256 of the manifest. */
    record Sound() implements Verdict {}

    /** A file is there, but its bytes differ. */
    record Different(String file) implements Verdict {}

    /** A file is not there. */
    record Missing(String file) implements Verdict {}

    /** The store cannot be read now; that says nothing about the files (R3). */
    record Unreachable(String why) implements Verdict {}
  }
}
