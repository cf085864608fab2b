package baton.scripts.crash;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** What the coordinator says in all its lives, in one file, for whoever looks into a failure. */
final class CoordinatorLog implements Consumer<String>, AutoCloseable {
  private final BufferedWriter writer;

  CoordinatorLog(Path file) throws IOException {
    this.writer = Files.newBufferedWriter(file);
  }

  @Override
  public synchronized void accept(String line) {
    try {
      writer.write(line);
      writer.newLine();
    } catch (IOException e) {
      throw new UncheckedIOException("The coordinator's log cannot be written.", e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }
}
