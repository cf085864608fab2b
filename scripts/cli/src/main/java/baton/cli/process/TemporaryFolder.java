package baton.cli.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A folder that is deleted with its contents when it is closed, or when this process ends. */
public record TemporaryFolder(Path path) implements AutoCloseable {
  private static final int MOST_TRIES = 50;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  /** Creates a new one, whose name begins with {@code prefix}. */
  public static TemporaryFolder named(String prefix) throws IOException {
    TemporaryFolder folder = new TemporaryFolder(Files.createTempDirectory(prefix));
    Runtime.getRuntime().addShutdownHook(new Thread(folder::closeAtLast, "tidies up"));
    return folder;
  }

  /** Deletes with retries, since processes that were just killed may still write for a moment. */
  private void closeAtLast() {
    for (int tries = 0; tries < MOST_TRIES && Files.exists(path); tries++) {
      try {
        close();
      } catch (IOException e) {
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
