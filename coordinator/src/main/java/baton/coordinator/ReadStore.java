package baton.coordinator;

import baton.coordinator.checkpoint.DirectoryContents;
import baton.coordinator.checkpoint.DirectoryFiles;
import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.StoreContents;
import java.nio.file.Path;

/** A store that jobs are taken up from: all that lies in it, and the means to check it. */
public record ReadStore(StoreContents contents, CheckpointFiles files) {

  /** The one in this directory, or a sentence why there is none. */
  public static ReadStore inDirectory(Path directory) {
    return new ReadStore(DirectoryContents.open(directory), new DirectoryFiles(directory));
  }
}
