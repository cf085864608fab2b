package baton.storage.drive;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.transfer.DriveSetup;
import com.google.api.services.drive.model.File;
import java.time.Duration;
import java.util.List;

/** The search for a file or folder that should exist, in lists that may lag behind. */
final class LaggingLookup {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /** Queries the index. */
  interface Index {
    List<File> find() throws StoreException;
  }

  private final DriveSetup setup;
  private final Index index;
  private final String path;

  LaggingLookup(DriveSetup setup, Index index, String path) {
    this.setup = setup;
    this.index = index;
    this.path = path;
  }

  /** The oldest file or folder with this path. */
  File run() throws StoreException {
    Duration until = setup.now().plus(setup.policy().indexLag());
    Duration pause = FIRST_PAUSE;
    while (true) {
      List<File> found = index.find();
      List<File> there = DriveFolders.outsideTrash(found);
      if (!there.isEmpty()) {
        return there.get(0);
      }
      if (!found.isEmpty()) {
        throw gone("it lies in Google Drive's trash; restore it there");
      }
      if (setup.now().plus(pause).compareTo(until) > 0) {
        throw gone("it was pruned or removed, or never written");
      }
      sleep(pause);
      pause = pause.multipliedBy(2);
    }
  }

  private StoreException gone(String why) {
    return new StoreException(Kind.GONE, "The store has no " + path + ": " + why + ".");
  }

  private void sleep(Duration pause) throws StoreException {
    try {
      setup.time().sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          Kind.UNREACHABLE, "Looking for " + path + " was abandoned: this session is ending.");
    }
  }
}
