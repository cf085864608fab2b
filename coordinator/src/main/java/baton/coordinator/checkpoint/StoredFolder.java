package baton.coordinator.checkpoint;

import baton.protocol.checkpoint.CheckpointFolder;
import java.time.Instant;
import java.util.List;

/**
 * A checkpoint's folder as it lies in the store, whether it was committed or not.
 *
 * @param changed when it or a file in it last changed, by the store's clock
 * @param files the names of the plain files in it
 */
record StoredFolder(CheckpointFolder name, Instant changed, List<String> files) {
  StoredFolder {
    files = List.copyOf(files);
  }
}
