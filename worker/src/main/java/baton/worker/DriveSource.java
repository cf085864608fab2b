package baton.worker;

import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.transfer.DriveDownload;
import baton.storage.drive.transfer.DriveSetup;
import baton.worker.data.DataSources;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Data in Google Drive; a worker signs in when the first job needs it. */
final class DriveSource implements DataSources {
  private final Access access;
  private Optional<DriveDownload> download = Optional.empty();

  /** A way into Drive. */
  interface Access {
    DriveSetup open() throws StoreException;
  }

  DriveSource(Access access) {
    this.access = access;
  }

  @Override
  public synchronized void read(DataFile file, FileChannel target, long from, LongConsumer moved)
      throws TroubleException, IOException {
    String id = ((DataSource.DriveFile) file.source()).id();
    try {
      if (download.isEmpty()) {
        download = Optional.of(new DriveDownload(access.open()));
      }
      download.get().rest(id, target, from, file.size(), moved);
    } catch (StoreException e) {
      throw DataSources.outOfReach(file, e.getMessage());
    }
  }
}
