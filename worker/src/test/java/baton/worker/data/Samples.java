package baton.worker.data;

import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Data for tests: files in a folder, and archives with whatever in them. */
final class Samples {
  private Samples() {}

  static byte[] bytes(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Data of files that lie in {@code folder}, in the order of the paths. */
  static Data in(Path folder, String... paths) throws IOException {
    List<DataFile> files = new ArrayList<>();
    for (String path : paths) {
      Path file = folder.resolve(path);
      files.add(
          new DataFile(
              path,
              Files.size(file),
              Sha256.ofFile(file),
              new DataSource.Directory(folder.toString())));
    }
    return new Data("sample", 1, files);
  }

  /** Writes into an archive. */
  interface Content {
    void into(TarArchiveOutputStream tar) throws IOException;
  }

  static Path tar(Path file, Content content) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      content.into(tar);
    }
    return file;
  }

  static Content plain(String name, byte[] bytes) {
    return tar -> {
      TarArchiveEntry entry = new TarArchiveEntry(name, true);
      entry.setSize(bytes.length);
      tar.putArchiveEntry(entry);
      tar.write(bytes);
      tar.closeArchiveEntry();
    };
  }

  static Content special(String name, byte type, String target) {
    return tar -> {
      TarArchiveEntry entry = new TarArchiveEntry(name, type);
      entry.setLinkName(target);
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
    };
  }
}
