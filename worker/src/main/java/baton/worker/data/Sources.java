package baton.worker.data;

import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** All three kinds of data sources. */
public final class Sources implements DataSources {
  private final DirectorySource directories = new DirectorySource();
  private final DataSources web;
  private final DataSources drive;

  /**
   * @param drive reads files of Google Drive, by their ids
   */
  public Sources(DataSources web, DataSources drive) {
    this.web = web;
    this.drive = drive;
  }

  @Override
  public void read(DataFile file, FileChannel target, long from, LongConsumer moved)
      throws TroubleException, IOException {
    if (file.source() instanceof DataSource.Directory directory) {
      directories.read(file, directory, target, from, moved);
    } else if (file.source() instanceof DataSource.Web) {
      web.read(file, target, from, moved);
    } else {
      drive.read(file, target, from, moved);
    }
  }
}
