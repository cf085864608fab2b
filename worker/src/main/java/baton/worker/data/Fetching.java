package baton.worker.data;

import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StorePath;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/**
 * One fetch of data into the cache. For each file it goes on with what a killed worker left,
 * compares the sha256, and unpacks the file or moves it to its path. A file that differs is fetched
 * once more from its start.
 */
final class Fetching {
  private static final int COPIES = 2;

  private final Data data;
  private final CacheEntry entry;
  private final DataSources sources;
  private final LongConsumer moved;

  Fetching(Data data, CacheEntry entry, DataSources sources, LongConsumer moved) {
    this.data = data;
    this.entry = entry;
    this.sources = sources;
    this.moved = moved;
  }

  /** How many bytes a fetch takes: an archive is there twice while it is unpacked. */
  static long bytesNeeded(Data data) {
    long largest = data.files().stream().mapToLong(DataFile::size).max().orElse(0);
    return data.bytes() + largest;
  }

  void run() throws TroubleException, IOException {
    for (DataFile file : data.files()) {
      if (!entry.isDone(file)) {
        Path part = entry.part(file);
        fetch(file, part);
        putInPlace(file, part);
        entry.setDone(file);
      }
    }
    entry.setComplete();
  }

  private void fetch(DataFile file, Path part) throws TroubleException, IOException {
    for (int copy = 1; copy <= COPIES; copy++) {
      download(file, part);
      if (Files.size(part) == file.size() && Sha256.ofFile(part).equals(file.sha256())) {
        return;
      }
      Files.delete(part);
    }
    throw DataFailures.wrongBytes(file);
  }

  private void download(DataFile file, Path part) throws TroubleException, IOException {
    try (FileChannel target =
        FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (target.size() > file.size()) {
        target.truncate(0);
      }
      if (target.size() < file.size()) {
        sources.read(file, target, target.size(), moved);
      }
    }
  }

  private void putInPlace(DataFile file, Path part) throws TroubleException, IOException {
    if (file.isArchive()) {
      new Unpacking(file, entry.files(), moved).run(part);
      return;
    }
    Path place = StorePath.resolve(entry.files(), file.path());
    Files.createDirectories(place.getParent());
    Files.move(part, place, StandardCopyOption.REPLACE_EXISTING);
  }
}
