package baton.protocol.checkpoint;

import baton.protocol.checkpoint.SafetensorsHeader.Entry;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The safetensors file format, of any size and without copies on the heap: an unsigned 64-bit
 * little-endian header length, a JSON header padded with spaces to a multiple of eight, then the
 * tensors' bytes without a gap. The format is specified in the README of the {@code
 * huggingface/safetensors} repository, section "Format"; PyTorch, NumPy and JAX read it.
 *
 * <p>A file written here has its tensors widest dtype first, then by name, as the reference
 * implementation has them: the same tensors give the same bytes.
 */
public final class Safetensors {
  /** Far more than Baton writes, and little enough to be read into memory. */
  private static final int LONGEST_HEADER = 16 << 20;

  private static final int PREFIX = Long.BYTES;
  private static final int ALIGNMENT = 8;

  /** The JDK copies a heap buffer as a whole before it writes it; slices keep that copy small. */
  private static final int SLICE = 1 << 20;

  private Safetensors() {}

  /**
   * Writes a new file; it is not fsynced.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one: nothing is overwritten
   */
  public static void write(
      Path file, SortedMap<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    SafetensorsHeader header = SafetensorsHeader.layOut(tensors, metadata);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeAll(channel, prefixed(header.toJson()));
      for (String name : header.entries().keySet()) {
        writeAll(channel, tensors.get(name).data());
      }
    }
  }

  /**
   * The tensors of a file by name, mapped into memory. The mapping lives as long as any of them is
   * reachable; a file over 2 GiB is mapped tensor by tensor. It is read-only to the machine too:
   * native code that is handed such memory must copy it before it writes.
   *
   * @throws SafetensorsException if the file is not sound
   */
  public static SortedMap<String, Tensor> open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header = readHeader(file, channel);
      return Collections.unmodifiableSortedMap(map(channel, header));
    }
  }

  /** The {@code __metadata__} of a file. */
  public static SortedMap<String, String> metadata(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return Collections.unmodifiableSortedMap(readHeader(file, channel).json.metadata());
    }
  }

  private record Header(SafetensorsHeader json, long dataBegin, long dataBytes) {}

  private static Header readHeader(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < PREFIX) {
      throw new SafetensorsException(file, "it ends after " + size + " bytes");
    }
    long length = read(channel, 0, PREFIX).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > LONGEST_HEADER) {
      throw new SafetensorsException(
          file, "a header of " + Long.toUnsignedString(length) + " bytes cannot be");
    }
    if (length > size - PREFIX) {
      throw new SafetensorsException(file, "it ends within its header");
    }
    byte[] json = read(channel, PREFIX, (int) length).array();
    Header header = new Header(parse(file, json), PREFIX + length, size - PREFIX - length);
    requireGapless(file, header);
    return header;
  }

  private static SafetensorsHeader parse(Path file, byte[] json) throws SafetensorsException {
    if (json[0] != '{') {
      throw new SafetensorsException(file, "its header does not begin with '{'");
    }
    try {
      return SafetensorsHeader.parse(json);
    } catch (JsonProcessingException e) {
      throw new SafetensorsException(file, "its header says: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new SafetensorsException(file, e.getMessage(), e);
    }
  }

  /** The specification allows neither overlaps nor gaps, nor bytes after the last tensor. */
  private static void requireGapless(Path file, Header header) throws SafetensorsException {
    List<Map.Entry<String, Entry>> byPlace = new ArrayList<>(header.json.entries().entrySet());
    byPlace.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long at = 0;
    for (Map.Entry<String, Entry> entry : byPlace) {
      if (entry.getValue().begin() != at) {
        throw new SafetensorsException(
            file,
            "the tensor %s begins at %d, where %d was expected"
                .formatted(entry.getKey(), entry.getValue().begin(), at));
      }
      at = entry.getValue().end();
      if (at - entry.getValue().begin() > Integer.MAX_VALUE) {
        throw new SafetensorsException(
            file, "the tensor " + entry.getKey() + " is over 2 GiB, which Baton cannot map");
      }
    }
    if (at != header.dataBytes) {
      throw new SafetensorsException(
          file, "its tensors take %d bytes, it has %d".formatted(at, header.dataBytes));
    }
  }

  private static SortedMap<String, Tensor> map(FileChannel channel, Header header)
      throws IOException {
    boolean whole = header.dataBytes <= Integer.MAX_VALUE;
    ByteBuffer all =
        whole ? channel.map(MapMode.READ_ONLY, header.dataBegin, header.dataBytes) : null;
    SortedMap<String, Tensor> tensors = new TreeMap<>();
    for (Map.Entry<String, Entry> named : header.json.entries().entrySet()) {
      Entry entry = named.getValue();
      long bytes = entry.end() - entry.begin();
      ByteBuffer data =
          whole
              ? all.slice((int) entry.begin(), (int) bytes)
              : channel.map(MapMode.READ_ONLY, header.dataBegin + entry.begin(), bytes);
      tensors.put(named.getKey(), new Tensor(entry.dtype(), entry.shape(), data));
    }
    return tensors;
  }

  private static ByteBuffer prefixed(byte[] json) throws IOException {
    int padding = Math.floorMod(-json.length, ALIGNMENT);
    if (json.length + padding > LONGEST_HEADER) {
      throw new IOException("the tensors' names and shapes take over " + LONGEST_HEADER + " bytes");
    }
    ByteBuffer buffer = ByteBuffer.allocate(PREFIX + json.length + padding);
    buffer.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length + padding).put(json);
    while (buffer.hasRemaining()) {
      buffer.put((byte) ' ');
    }
    return buffer.flip();
  }

  private static void writeAll(FileChannel channel, ByteBuffer data) throws IOException {
    int end = data.limit();
    while (data.position() < end) {
      data.limit(Math.min(end, data.position() + SLICE));
      channel.write(data);
      data.limit(end);
    }
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("the file ended while it was read");
      }
    }
    return buffer.flip();
  }
}
