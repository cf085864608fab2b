package baton.storage.drive.transfer;

import baton.storage.HashedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** A local file that is being uploaded to Drive. */
public record LocalFile(HashedFile file, FileChannel channel) implements AutoCloseable {
  public static LocalFile open(HashedFile file) throws IOException {
    return new LocalFile(file, FileChannel.open(file.path()));
  }

  long size() {
    return file.size();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
