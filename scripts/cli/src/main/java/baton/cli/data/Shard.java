package baton.cli.data;

import baton.protocol.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A group of files that are packed into one tar archive. Owners, times and permissions are left
 * out, so that the same files give the same bytes on every machine.
 */
record Shard(int number, List<Folder.Item> items) {
  private static final int BUFFER = 1 << 18;
  private static final int BLOCK = 512;
  private static final int PLAIN_FILE = 0100644;

  /**
   * Divides a folder into shards of about {@code most} bytes; a larger file gets a shard of its
   * own.
   */
  static List<Shard> of(Folder folder, long most) {
    List<Shard> shards = new ArrayList<>();
    List<Folder.Item> items = new ArrayList<>();
    long bytes = 0;
    for (Folder.Item item : folder.items()) {
      if (!items.isEmpty() && bytes + packed(item) > most) {
        shards.add(new Shard(shards.size(), List.copyOf(items)));
        items.clear();
        bytes = 0;
      }
      items.add(item);
      bytes += packed(item);
    }
    shards.add(new Shard(shards.size(), List.copyOf(items)));
    return shards;
  }

  private static long packed(Folder.Item item) {
    return BLOCK + (item.size() + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** The approximate size of its archive, in bytes. */
  long bytes() {
    return items.stream().mapToLong(Shard::packed).sum();
  }

  /** Writes the archive and returns its sha256. */
  Sha256 writeTo(Path file) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    try (OutputStream out =
            new DigestOutputStream(
                new BufferedOutputStream(Files.newOutputStream(file), BUFFER), digest);
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      for (Folder.Item item : items) {
        write(tar, item);
      }
    }
    return Sha256.of(digest);
  }

  private static void write(TarArchiveOutputStream tar, Folder.Item item) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(item.path());
    entry.setSize(item.size());
    entry.setMode(PLAIN_FILE);
    entry.setModTime(0L);
    entry.setIds(0, 0);
    entry.setNames("", "");
    tar.putArchiveEntry(entry);
    Files.copy(item.file(), tar);
    tar.closeArchiveEntry();
  }
}
