package baton.coordinator.lease;

import baton.protocol.checkpoint.CheckpointFolder;
import java.time.Instant;
import java.util.List;

/**
 * A checkpoint's folder as it lies in the store, whether it was committed or not.
 *
 * @param changed when it or a file in it last changed, by the store's clock
 * @param files the plain files in it
 */
public record StoredFolder(CheckpointFolder name, Instant changed, List<StoredFile> files) {
  public StoredFolder {
    files = List.copyOf(files);
  }

  /** A file, with its name and the id by which manifests and the store know it. */
  public record StoredFile(String name, String storeId) {}
}
