package baton.proofs.process;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The output of all processes of a coordinator, in one file, for investigating failures; the tokens
 * of its first start are left out.
 */
public final class CoordinatorLog implements Consumer<String>, AutoCloseable {
  private static final Pattern TOKEN = Pattern.compile("(baton_[a-z]+_)\\S+");

  private final BufferedWriter writer;

  public CoordinatorLog(Path file) throws IOException {
    this.writer = Files.newBufferedWriter(file);
  }

  @Override
  public synchronized void accept(String line) {
    try {
      writer.write(TOKEN.matcher(line).replaceAll("$1…"));
      writer.newLine();
      writer.flush(); // it is also read while the processes run
    } catch (IOException e) {
      throw new UncheckedIOException("The coordinator's log cannot be written.", e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }
}
