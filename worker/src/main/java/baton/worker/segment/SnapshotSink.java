package baton.worker.segment;

import baton.protocol.checkpoint.StateFile;
import java.io.IOException;
import java.nio.file.Path;

/** Where the files of a snapshot go. */
public interface SnapshotSink {
  /** An empty folder, for who has files there already, or writes them by itself; not fsynced. */
  Path folder();

  /**
   * Takes a file that is not on a disk yet.
   *
   * @param file whose bytes stay as they are until the snapshot is released
   */
  void take(StateFile file) throws IOException;
}
