package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The stores that the coordinator itself can reach, to check what is committed and delete what is
 * pruned.
 */
public interface CheckpointFiles {
  boolean reaches(StoreId store);

  /**
   * Why a store that this coordinator was given is not seen yet, so that the one asked about may be
   * it; empty: nothing is waited for.
   */
  default Optional<String> awaited() {
    return Optional.empty();
  }

  /** Checks the checkpoint's manifest and every file it names, fresh from the store. */
  Verdict check(StoreId store, Checkpoint checkpoint);

  /**
   * Deletes the files of a checkpoint that was marked pruned, except its manifest and the files
   * that a kept manifest names (R13). A file that is already deleted is no error.
   */
  void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept);

  /**
   * Deletes a job's orphans (R13): files that a session wrote over a day ago and did not commit
   * before it lost its lease.
   *
   * @param current the highest fence ever granted in the job; its holder may still be writing
   * @param committed every checkpoint that was ever committed, also those that are no longer kept
   * @return the store ids of what was deleted
   */
  List<String> sweep(StoreId store, JobId job, Fence current, Collection<Checkpoint> committed);

  /** How many bytes are free in the store; empty if that is unknown or unlimited. */
  default OptionalLong room(StoreId store) {
    return OptionalLong.empty();
  }

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
