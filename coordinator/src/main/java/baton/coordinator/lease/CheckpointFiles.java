package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.StoreId;
import java.util.List;

/**
 * The stores a coordinator can reach itself, to check what is committed and delete what is pruned.
 */
public interface CheckpointFiles {
  boolean reaches(StoreId store);

  /** Reads the checkpoint's manifest and every file it names, fresh from the store. */
  Verdict check(StoreId store, Checkpoint checkpoint);

  /**
   * Deletes the files of a checkpoint that was marked pruned, but its manifest and what the
   * manifest of a kept one names (R13). What is deleted already is no error.
   */
  void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept);

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
