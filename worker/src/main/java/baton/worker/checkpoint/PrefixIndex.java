package baton.worker.checkpoint;

import baton.protocol.checkpoint.Manifest.FileEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * How the files of the last save begin, by store id. Most files change with every batch, and that
 * shows in their first bytes: only those that begin the same are worth a sha256 to find out.
 */
record PrefixIndex(Map<String, Long> byStoreId) {
  static final PrefixIndex NONE = new PrefixIndex(Map.of());

  private static final int LENGTH = 1 << 20;

  /** Of files that are stored under the names they have in {@code folder}. */
  static PrefixIndex of(List<FileEntry> stored, Path folder) throws IOException {
    Map<String, Long> beginnings = new HashMap<>();
    for (FileEntry file : stored) {
      beginnings.put(file.storeId(), of(folder.resolve(file.name())));
    }
    return new PrefixIndex(Map.copyOf(beginnings));
  }

  static long of(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
    try (FileChannel channel = FileChannel.open(file)) {
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes.flip());
    return crc.getValue();
  }

  /** Whether the stored file may begin so: true as well if it is not known how it begins. */
  boolean mayBe(String storeId, long beginning) {
    Long known = byStoreId.get(storeId);
    return known == null || known == beginning;
  }
}
