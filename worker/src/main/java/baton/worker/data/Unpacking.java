package baton.worker.data;

import baton.protocol.DataFile;
import baton.protocol.checkpoint.StorePath;
import baton.worker.segment.TroubleException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks a tar archive into a folder. It accepts only plain files and folders, and fails at a
 * link, a device or a path that leads out of the folder.
 */
final class Unpacking {
  private static final int BUFFER = 1 << 18;

  private final DataFile file;
  private final Path into;
  private final LongConsumer moved;

  Unpacking(DataFile file, Path into, LongConsumer moved) {
    this.file = file;
    this.into = into;
    this.moved = moved;
  }

  /** Unpacks the archive; overwrites what an earlier attempt left. */
  void run(Path archive) throws TroubleException, IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new BufferedInputStream(Files.newInputStream(archive), BUFFER),
            StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry entry = next(tar); entry != null; entry = next(tar)) {
        unpack(tar, entry);
      }
    }
  }

  private TarArchiveEntry next(TarArchiveInputStream tar) throws TroubleException {
    try {
      return tar.getNextEntry();
    } catch (IOException | IllegalArgumentException e) {
      throw DataFailures.unsound(file, "it is no sound tar archive");
    }
  }

  private void unpack(TarArchiveInputStream tar, TarArchiveEntry entry)
      throws TroubleException, IOException {
    String name = entry.getName().replaceFirst("^(\\./)+", "").replaceFirst("/+$", "");
    if (entry.isDirectory() && (name.isEmpty() || name.equals("."))) {
      return;
    }
    boolean plain =
        !entry.isSymbolicLink()
            && !entry.isLink()
            && !entry.isCharacterDevice()
            && !entry.isBlockDevice()
            && !entry.isFIFO()
            && !entry.isSparse();
    if (!plain) {
      throw DataFailures.unsound(file, name + " in it is neither a plain file nor a folder");
    }
    Path place = place(name);
    if (entry.isDirectory()) {
      Files.createDirectories(place);
    } else {
      Files.createDirectories(place.getParent());
      write(tar, place);
    }
  }

  private Path place(String name) throws TroubleException {
    try {
      return StorePath.resolve(into, name);
    } catch (IllegalArgumentException e) {
      throw DataFailures.unsound(file, name + " in it leads out of the data's folder");
    }
  }

  private void write(TarArchiveInputStream tar, Path place) throws TroubleException, IOException {
    byte[] bytes = new byte[BUFFER];
    try (OutputStream out = Files.newOutputStream(place)) {
      for (int count = read(tar, bytes); count >= 0; count = read(tar, bytes)) {
        out.write(bytes, 0, count);
        moved.accept(count);
      }
    }
  }

  private int read(TarArchiveInputStream tar, byte[] bytes) throws TroubleException {
    try {
      return tar.read(bytes);
    } catch (IOException e) {
      throw DataFailures.unsound(file, "it ends too soon");
    }
  }
}
