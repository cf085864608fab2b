package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import java.util.List;
import java.util.Optional;

/** Everything in a store, as a recovery reads it; none of it is trusted yet. */
public interface StoreContents {
  StoreId id();

  /**
   * Every job that has a folder there, in order of id.
   *
   * @throws StoreUnreadable if the store cannot be read to the end now
   */
  List<JobContents> jobs();

  /**
   * What lies in a job's folder.
   *
   * @param jobFile the text of its job file; empty if there is none
   * @param manifests the manifests, one for each checkpoint folder that has one
   * @param torn how many checkpoint folders have no manifest
   * @param highest the highest fence in a folder's name, with or without a manifest
   */
  record JobContents(
      JobId job, Optional<String> jobFile, List<Text> manifests, int torn, Fence highest) {
    public JobContents {
      manifests = List.copyOf(manifests);
    }
  }

  /** The text of a manifest, and the folder it lies in. */
  record Text(String folder, String text) {}

  /** The store cannot be read now; that says nothing about what is in it (R3). */
  final class StoreUnreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnreadable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
