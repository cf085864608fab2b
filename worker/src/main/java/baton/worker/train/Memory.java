package baton.worker.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * This machine's memory outside the engine and the Java heap.
 *
 * @param reserve allocates a number of bytes, or throws {@link OutOfMemoryError}
 * @param available the number of bytes that programs can still allocate
 */
record Memory(IntFunction<ByteBuffer> reserve, LongSupplier available) {
  private static final Path TOLD_BY_LINUX = Path.of("/proc/meminfo");
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d+) kB");
  private static final int KIBI = 1024;

  /** Direct memory: Java fills it with zeros, so its pages are mapped before they are needed. */
  static Memory ofThisMachine() {
    return new Memory(ByteBuffer::allocateDirect, () -> availableBy(TOLD_BY_LINUX));
  }

  /** The available memory according to the file; unlimited if the file does not say. */
  static long availableBy(Path teller) {
    try {
      Matcher line = AVAILABLE.matcher(Files.readString(teller));
      return line.find() ? Long.parseLong(line.group(1)) * KIBI : Long.MAX_VALUE;
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }
}
