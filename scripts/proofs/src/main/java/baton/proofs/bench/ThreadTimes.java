package baton.proofs.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How long the threads of a process have run on a processor, by thread name without its number, as
 * <a href="https://www.kernel.org/doc/html/latest/scheduler/sched-stats.html">Linux counts it</a>.
 *
 * @param nanos the nanoseconds of each kind of thread; empty where there is no {@code /proc}
 */
record ThreadTimes(Map<String, Long> nanos) {
  /** The JVM's compilers stop once all is compiled, so their time is not part of an operation. */
  private static final String COMPILER = "Compiler";

  static ThreadTimes of(long pid) {
    Map<String, Long> nanos = new TreeMap<>();
    Path tasks = Path.of("/proc", Long.toString(pid), "task");
    if (!Files.isDirectory(tasks)) {
      return new ThreadTimes(nanos);
    }
    try (Stream<Path> all = Files.list(tasks)) {
      all.forEach(task -> add(task, nanos));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ThreadTimes(nanos);
  }

  private static void add(Path task, Map<String, Long> nanos) {
    try {
      String name = Files.readString(task.resolve("comm")).replaceAll("[0-9#-]+|\\s+$", "");
      String ran = Files.readString(task.resolve("schedstat")).split(" ")[0];
      nanos.merge(name, Long.parseLong(ran), Long::sum);
    } catch (IOException e) {
      return; // the thread has ended meanwhile
    }
  }

  /** The time of all threads but the compilers since {@code before}. */
  long nanosSince(ThreadTimes before) {
    return nanos.entrySet().stream()
        .filter(entry -> !entry.getKey().contains(COMPILER))
        .mapToLong(entry -> entry.getValue() - before.nanos.getOrDefault(entry.getKey(), 0L))
        .sum();
  }

  /** The time since {@code before} by kind of thread, in microseconds per operation. */
  String toldSince(ThreadTimes before, long operations) {
    StringBuilder told = new StringBuilder();
    nanos.forEach(
        (name, now) -> {
          long each = (now - before.nanos.getOrDefault(name, 0L)) / 1_000 / operations;
          if (each > 0) {
            told.append(told.isEmpty() ? "" : ", ").append(name).append(' ').append(each);
          }
        });
    return told.toString();
  }
}
