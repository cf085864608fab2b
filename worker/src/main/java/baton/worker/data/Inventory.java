package baton.worker.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The number of files in a folder, and their total size. */
record Inventory(long files, long bytes) {
  static Inventory of(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return new Inventory(0, 0);
    }
    try (Stream<Path> all = Files.walk(folder)) {
      long[] sum = new long[2];
      all.filter(Files::isRegularFile)
          .forEach(
              file -> {
                sum[0]++;
                sum[1] += size(file);
              });
      return new Inventory(sum[0], sum[1]);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0; // Another worker has just moved it into its place.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text() {
    return "%d files, %d bytes".formatted(files, bytes);
  }
}
