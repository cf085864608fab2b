package baton.worker.data;

import baton.protocol.DataFile;
import baton.protocol.checkpoint.StorePath;
import baton.worker.segment.TroubleException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
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

  /** What stands in an archive before a file's bytes: longer names than any system takes. */
  private static final int LONGEST_HEADER = 1 << 20;

  private static final int LONGEST_STEP = 255;

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
    try (HeaderLimit limit =
            new HeaderLimit(new BufferedInputStream(Files.newInputStream(archive), BUFFER));
        TarArchiveInputStream tar =
            new TarArchiveInputStream(limit, StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry entry = next(tar, limit); entry != null; entry = next(tar, limit)) {
        unpack(tar, entry);
      }
    }
  }

  /** Fails where a header is longer than it may be: all of it would be kept in memory. */
  private static final class HeaderLimit extends FilterInputStream {
    private long left;

    HeaderLimit(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int count = super.read(bytes, from, length);
      count(count);
      return count;
    }

    private void count(int count) throws IOException {
      left -= Math.max(0, count);
      if (left < 0) {
        throw new IOException("a header of over " + LONGEST_HEADER + " bytes");
      }
    }
  }

  private TarArchiveEntry next(TarArchiveInputStream tar, HeaderLimit limit)
      throws TroubleException {
    try {
      limit.left = LONGEST_HEADER;
      TarArchiveEntry entry = tar.getNextEntry();
      limit.left = Long.MAX_VALUE;
      return entry;
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
    Path within = entry.isDirectory() ? place : place.getParent();
    boolean onAFile = false;
    for (Path at = within; !at.equals(into); at = at.getParent()) {
      onAFile |= Files.isRegularFile(at);
    }
    if (onAFile || entry.isFile() && Files.isDirectory(place)) {
      throw DataFailures.unsound(file, name + " in it needs a file that is also a folder");
    }
    Files.createDirectories(within);
    if (entry.isFile()) {
      write(tar, place);
    }
  }

  private Path place(String name) throws TroubleException {
    for (String step : name.split("/")) {
      if (step.getBytes(StandardCharsets.UTF_8).length > LONGEST_STEP) {
        throw DataFailures.unsound(
            file, "a name in it has over " + LONGEST_STEP + " bytes: " + name);
      }
    }
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
