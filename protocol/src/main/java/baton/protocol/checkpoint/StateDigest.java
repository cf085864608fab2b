package baton.protocol.checkpoint;

import baton.protocol.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The digest of a checkpoint's state: what R7 compares. Two folders have the same one exactly when
 * they hold the same tensors and files; how a file lays its tensors out, its {@code __metadata__},
 * the manifest and the parents do not enter it.
 *
 * <p>To compute it, feed a SHA-256 with the UTF-8 bytes of {@code baton-state-1}, then with every
 * file of the folder except {@code manifest.json}, in order of name. A {@code .safetensors} file
 * gives one entry per tensor, in order of name; any other file, such as {@code state.json}, gives
 * one entry with an empty name, the dtype {@code BYTES}, and its size as the shape. The tensors of
 * {@code frozen.safetensors} count as ones of {@code model.safetensors}: what does not train may
 * lie in either. Names are ordered by their UTF-8 bytes, unsigned, which is also the order of code
 * points. An entry is, in this order:
 *
 * <ol>
 *   <li>the file's name, the tensor's name and the dtype, each as its length in UTF-8 bytes and
 *       those bytes;
 *   <li>the number of dimensions, then each dimension;
 *   <li>the number of data bytes, then those bytes, as they lie in the file.
 * </ol>
 *
 * <p>Every length, number and dimension is 64 bits, little-endian.
 */
public final class StateDigest {
  private static final String FORM = "baton-state-1";
  private static final String TENSORS = ".safetensors";

  /** Files whose tensors are, to a reader, those of another. */
  private static final Map<String, String> PART_OF =
      Map.of("frozen.safetensors", "model.safetensors");

  private static final String BYTES = "BYTES";
  private static final int CHUNK = 1 << 16;

  private static final Comparator<String> BY_UTF8 =
      (a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b));

  private final MessageDigest sha256 = Sha256.newDigest();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private StateDigest() {
    sha256.update(utf8(FORM));
  }

  /**
   * The state digest of the files in {@code folder}.
   *
   * @throws SafetensorsException if one of them is not sound
   */
  public static Sha256 of(Path folder) throws IOException {
    StateDigest digest = new StateDigest();
    for (Map.Entry<String, List<Path>> named : stateFiles(folder).entrySet()) {
      if (named.getKey().endsWith(TENSORS)) {
        digest.addTensors(named.getKey(), tensorsOf(named.getValue()));
      } else {
        digest.addBytes(named.getValue().get(0));
      }
    }
    return Sha256.of(digest.sha256);
  }

  /** By the name under which they count; more than one where a file is part of another. */
  private static SortedMap<String, List<Path>> stateFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      SortedMap<String, List<Path>> state =
          files
              .filter(file -> !nameOf(file).equals(Manifest.FILE_NAME))
              .collect(
                  Collectors.groupingBy(
                      file -> PART_OF.getOrDefault(nameOf(file), nameOf(file)),
                      () -> new TreeMap<>(BY_UTF8),
                      Collectors.toList()));
      if (state.isEmpty()) {
        throw new NoSuchFileException(folder.toString(), null, "there is no state in it");
      }
      return state;
    }
  }

  private static Map<String, Tensor> tensorsOf(List<Path> files) throws IOException {
    Map<String, Tensor> all = new TreeMap<>(BY_UTF8);
    for (Path file : files) {
      for (Map.Entry<String, Tensor> tensor : Safetensors.open(file).entrySet()) {
        if (all.put(tensor.getKey(), tensor.getValue()) != null) {
          throw new SafetensorsException(
              file, "the tensor %s stands in two files".formatted(tensor.getKey()));
        }
      }
    }
    return all;
  }

  private void addTensors(String file, Map<String, Tensor> tensors) {
    tensors.forEach(
        (name, tensor) -> {
          ByteBuffer data = tensor.data();
          addHead(file, name, tensor.dtype(), tensor.shape(), data.remaining());
          sha256.update(data);
        });
  }

  private void addBytes(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      addHead(nameOf(file), "", BYTES, List.of(size), size);
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      for (long left = size; left > 0; left -= chunk.position()) {
        if (channel.read(chunk.clear()) < 0) {
          throw new EOFException(nameOf(file) + " became shorter while it was read");
        }
        sha256.update(chunk.array(), 0, chunk.position());
      }
    }
  }

  private void addHead(String file, String name, String dtype, List<Long> shape, long bytes) {
    addText(file);
    addText(name);
    addText(dtype);
    addNumber(shape.size());
    shape.forEach(this::addNumber);
    addNumber(bytes);
  }

  private void addText(String text) {
    byte[] bytes = utf8(text);
    addNumber(bytes.length);
    sha256.update(bytes);
  }

  private void addNumber(long value) {
    sha256.update(number.putLong(0, value).array());
  }

  private static String nameOf(Path file) {
    return file.getFileName().toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
