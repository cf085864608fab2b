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
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads and writes safetensors files of any size, without copies on the heap: an unsigned 64-bit
 * little-endian header length, a JSON header padded with spaces to a multiple of eight, then the
 * tensors' bytes without a gap. The format is specified in the README of the {@code
 * huggingface/safetensors} repository, section "Format"; PyTorch, NumPy and JAX read it.
 *
 * <p>A file written here has its tensors widest dtype first, then by name, as the reference
 * implementation has them: the same tensors give the same bytes.
 */
public final class Safetensors {
  /** The limit of the reference implementation, so that Baton reads every file that it reads. */
  private static final int LONGEST_HEADER = 100_000_000;

  private static final int PREFIX = Long.BYTES;
  private static final int ALIGNMENT = 8;

  /** The JDK copies a whole heap buffer before it writes it; slices keep that copy small. */
  private static final int SLICE = 1 << 20;

  private Safetensors() {}

  /**
   * Writes a new file; it is not fsynced.
   *
   * @throws java.nio.file.FileAlreadyExistsException if it exists: nothing is overwritten
   */
  public static void write(
      Path file, SortedMap<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    Layout layout = layOut(tensors, metadata);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeAll(channel, layout.head());
      for (String name : layout.names()) {
        for (ByteBuffer piece : tensors.get(name).pieces()) {
          writeAll(channel, piece);
        }
      }
    }
  }

  /**
   * The layout of a file.
   *
   * @param head the bytes before the first tensor
   */
  record Layout(ByteBuffer head, SafetensorsHeader header) {
    /** The tensors' names in the order of the file. */
    List<String> names() {
      return byPlace(header).stream().map(Map.Entry::getKey).toList();
    }
  }

  static Layout layOut(SortedMap<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    SafetensorsHeader header = SafetensorsHeader.layOut(tensors, metadata);
    return new Layout(prefixed(header.toJson()), header);
  }

  /**
   * The tensors of a file by name, mapped into memory. The mapping lives as long as any of them is
   * reachable; a file over 2 GiB is mapped tensor by tensor, and one tensor in pieces of 1 GiB. The
   * memory is read-only for native code as well, which must copy it before it writes.
   *
   * @throws SafetensorsException if the file is not valid
   * @throws BeyondBatonException if a tensor is of a dtype that this Baton does not know
   */
  public static SortedMap<String, Tensor> open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return Collections.unmodifiableSortedMap(map(channel, read(file, channel)));
    }
  }

  /** The {@code __metadata__} of a file. */
  public static SortedMap<String, String> metadata(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return Collections.unmodifiableSortedMap(read(file, channel).header().metadata());
    }
  }

  /** Reads the layout, and checks it. */
  static Layout read(Path file, FileChannel channel) throws IOException {
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
    ByteBuffer head = read(channel, 0, PREFIX + (int) length);
    SafetensorsHeader header = parse(file, Arrays.copyOfRange(head.array(), PREFIX, head.limit()));
    requireGapless(file, header, size - head.limit());
    return new Layout(head, header);
  }

  private static SafetensorsHeader parse(Path file, byte[] json) throws IOException {
    if (json[0] != '{') {
      throw new SafetensorsException(file, "its header does not begin with '{'");
    }
    try {
      return SafetensorsHeader.parse(json);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof UnknownDtypeException unknown) {
        throw new BeyondBatonException(file, unknown.getMessage(), e);
      }
      throw new SafetensorsException(file, "its header says: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new SafetensorsException(file, e.getMessage(), e);
    }
  }

  /** The specification allows neither overlaps nor gaps, nor bytes after the last tensor. */
  private static void requireGapless(Path file, SafetensorsHeader header, long dataBytes)
      throws SafetensorsException {
    long at = 0;
    for (Map.Entry<String, Entry> entry : byPlace(header)) {
      if (entry.getValue().begin() != at) {
        throw new SafetensorsException(
            file,
            "the tensor %s begins at %d, where %d was expected"
                .formatted(entry.getKey(), entry.getValue().begin(), at));
      }
      at = entry.getValue().end();
    }
    if (at != dataBytes) {
      throw new SafetensorsException(
          file, "its tensors take %d bytes, it has %d".formatted(at, dataBytes));
    }
  }

  private static List<Map.Entry<String, Entry>> byPlace(SafetensorsHeader header) {
    List<Map.Entry<String, Entry>> byPlace = new ArrayList<>(header.entries().entrySet());
    byPlace.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    return byPlace;
  }

  static SortedMap<String, Tensor> map(FileChannel channel, Layout layout) throws IOException {
    long begin = layout.head().remaining();
    long dataBytes = channel.size() - begin;
    boolean whole = dataBytes <= Tensor.PIECE;
    ByteBuffer all = whole ? channel.map(MapMode.READ_ONLY, begin, dataBytes) : null;
    SortedMap<String, Tensor> tensors = new TreeMap<>();
    for (Map.Entry<String, Entry> named : layout.header().entries().entrySet()) {
      Entry entry = named.getValue();
      long bytes = entry.end() - entry.begin();
      List<ByteBuffer> pieces =
          whole
              ? List.of(all.slice((int) entry.begin(), (int) bytes))
              : pieces(channel, begin + entry.begin(), bytes);
      tensors.put(named.getKey(), new Tensor(entry.dtype(), entry.shape(), pieces));
    }
    return tensors;
  }

  /** Maps a part of a file in pieces; an empty part gives one empty piece. */
  static List<ByteBuffer> pieces(FileChannel channel, long begin, long bytes) throws IOException {
    List<ByteBuffer> pieces = new ArrayList<>();
    long at = 0;
    do {
      long length = Math.min(Tensor.PIECE, bytes - at);
      pieces.add(channel.map(MapMode.READ_ONLY, begin + at, length));
      at += length;
    } while (at < bytes);
    return pieces;
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
