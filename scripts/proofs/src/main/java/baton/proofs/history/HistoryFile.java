package baton.proofs.history;

import baton.protocol.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A history as a file of JSON lines, written by many threads. */
public final class HistoryFile implements Closeable {
  private final BufferedWriter writer;
  private final long begin = System.nanoTime();
  private final AtomicLong acknowledged = new AtomicLong();

  public HistoryFile(Path file) throws IOException {
    this.writer = Files.newBufferedWriter(file);
  }

  /** Microseconds since the history began. */
  public long now() {
    return (System.nanoTime() - begin) / 1_000;
  }

  /** How many transitions have been acknowledged so far, including repeats. */
  public long acknowledged() {
    return acknowledged.get();
  }

  public synchronized void add(Entry entry) {
    if (entry instanceof Entry.Call call && call.isAcknowledgedTransition()) {
      acknowledged.incrementAndGet();
    }
    try {
      writer.write(Json.writer().forType(Entry.class).writeValueAsString(entry));
      writer.newLine();
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written: " + e.getMessage(), e);
    }
  }

  public synchronized void flush() throws IOException {
    writer.flush();
  }

  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }

  /**
   * All entries of a file.
   *
   * @throws IOException if a line cannot be read, which the message names
   */
  public static List<Entry> read(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      try {
        entries.add(Json.readerFor(Entry.class).readValue(line));
      } catch (JsonProcessingException e) {
        throw new IOException(
            "Line %d of %s: %s.".formatted(entries.size() + 1, file, Json.explain(e)), e);
      }
    }
    return entries;
  }
}
