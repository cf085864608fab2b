package baton.cli.data;

import baton.protocol.DataSource;
import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Archives in a directory that the workers see at the same path. */
public final class DirectoryTarget implements ArchiveTarget {
  private static final int CHUNK = 1 << 20;

  private final Path folder;

  /**
   * @param folder absolute; created if it does not exist
   */
  public DirectoryTarget(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder.toAbsolutePath().normalize());
  }

  private DataSource source() {
    return new DataSource.Directory(folder.toString());
  }

  @Override
  public Optional<DataSource> find(String name, long size, Sha256 sha256) throws IOException {
    Path file = folder.resolve(name);
    boolean there =
        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && Files.size(file) == size
            && Sha256.ofFile(file).equals(sha256);
    return there ? Optional.of(source()) : Optional.empty();
  }

  @Override
  public DataSource put(Path archive, LongConsumer moved) throws IOException {
    Path target = folder.resolve(archive.getFileName());
    Path part = folder.resolve("." + archive.getFileName() + ".part");
    try (FileChannel from = FileChannel.open(archive);
        FileChannel to =
            FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (from.read(chunk.clear()) >= 0) {
        moved.accept(chunk.flip().remaining());
        while (chunk.hasRemaining()) {
          to.write(chunk);
        }
      }
      to.force(true);
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return source();
  }
}
