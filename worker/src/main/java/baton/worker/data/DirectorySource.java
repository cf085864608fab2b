package baton.worker.data;

import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.IoReason;
import baton.protocol.checkpoint.StorePath;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Data in a local or mounted directory. */
final class DirectorySource {
  private static final int CHUNK = 1 << 20;

  void read(
      DataFile file,
      DataSource.Directory directory,
      FileChannel target,
      long from,
      LongConsumer moved)
      throws TroubleException, IOException {
    Path root = Path.of(directory.path());
    try (FileChannel source = open(root, file)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      for (long at = from; at < file.size(); ) {
        chunk.clear().limit((int) Math.min(CHUNK, file.size() - at));
        if (read(source, chunk, at, root, file) < 0) {
          return; // The file is too short, which its hash will show.
        }
        chunk.flip();
        int count = chunk.remaining();
        while (chunk.hasRemaining()) {
          at += target.write(chunk, at);
        }
        moved.accept(count);
      }
    }
  }

  private static FileChannel open(Path root, DataFile file) throws TroubleException {
    try {
      return FileChannel.open(StorePath.resolve(root, file.path()));
    } catch (IllegalArgumentException e) {
      throw DataFailures.unreachable(file, "there is a link in its path");
    } catch (IOException e) {
      throw DataFailures.unreachable(file, IoReason.of(e));
    }
  }

  private static int read(FileChannel source, ByteBuffer chunk, long at, Path root, DataFile file)
      throws TroubleException {
    try {
      return source.read(chunk, at);
    } catch (IOException e) {
      throw DataFailures.unreachable(file, "%s: %s".formatted(root, IoReason.of(e)));
    }
  }
}
