package baton.protocol.checkpoint;

import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The digest of a checkpoint's state, which R7 compares. Two folders have the same digest exactly
 * when they hold the same tensors and files. It does not depend on the order of tensors within a
 * file, {@code __metadata__}, the manifest or the parents.
 *
 * <p>To compute it, feed a SHA-256 with the UTF-8 bytes of {@code baton-state-1}, then with every
 * file of the folder except {@code manifest.json}, in order of name. A {@code .safetensors} file
 * gives one entry per tensor, in order of name; any other file, such as {@code state.json}, gives
 * one entry with an empty name, the dtype {@code BYTES}, and its size as the shape. The tensors of
 * {@code frozen.safetensors} count as tensors of {@code model.safetensors}: parameters that are not
 * trained may be in either. Names are ordered by their UTF-8 bytes, unsigned, which is also the
 * order of code points. An entry is, in this order:
 *
 * <ol>
 *   <li>the file's name, the tensor's name and the dtype, each as its length in UTF-8 bytes and
 *       those bytes;
 *   <li>the number of dimensions, then each dimension;
 *   <li>the number of data bytes, then those bytes, as stored in the file.
 * </ol>
 *
 * <p>Every length, number and dimension is 64 bits, little-endian.
 */
public final class StateDigest implements StateStage {
  private static final String FORM = "baton-state-1";

  /** Files whose tensors count as those of another file. */
  private static final Map<String, String> PART_OF =
      Map.of("frozen.safetensors", "model.safetensors");

  private static final Comparator<String> BY_UTF8 =
      (a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b));

  private final MessageDigest sha256 = Sha256.newDigest();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Starts without entries; feed them {@linkplain #inOrder in order}. */
  public StateDigest() {
    sha256.update(utf8(FORM));
  }

  /**
   * The state digest of the files in {@code folder}.
   *
   * @throws SafetensorsException if one of them is not valid
   */
  public static Sha256 of(Path folder) throws IOException {
    List<StateFile> files = new ArrayList<>();
    for (Path file : stateFiles(folder)) {
      files.add(StateFile.map(file));
    }
    StateDigest digest = new StateDigest();
    StateWalk walk = new StateWalk();
    for (StateEntry entry : inOrder(files)) {
      walk.over(entry, List.of(digest));
    }
    return digest.value();
  }

  private static List<Path> stateFiles(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> files =
          all.filter(file -> !file.getFileName().toString().equals(Manifest.FILE_NAME)).toList();
      if (files.isEmpty()) {
        throw new NoSuchFileException(folder.toString(), null, "there is no state in it");
      }
      return files;
    }
  }

  /**
   * All entries of a state's files, in the order of its digest.
   *
   * @throws SafetensorsException if a tensor is in two of them
   */
  public static List<StateEntry> inOrder(Collection<StateFile> files) throws SafetensorsException {
    Map<String, Map<String, StateEntry>> byName = new TreeMap<>(BY_UTF8);
    for (StateFile file : files) {
      Map<String, StateEntry> entries =
          byName.computeIfAbsent(counted(file.name()), name -> new TreeMap<>(BY_UTF8));
      for (StateEntry entry : file.entries()) {
        if (entries.put(entry.name(), entry) != null) {
          throw new SafetensorsException(
              Path.of(file.name()), "the tensor %s stands in two files".formatted(entry.name()));
        }
      }
    }
    return byName.values().stream().flatMap(entries -> entries.values().stream()).toList();
  }

  /** The name under which a file's entries count. */
  private static String counted(String file) {
    return PART_OF.getOrDefault(file, file);
  }

  @Override
  public void begin(StateEntry entry) {
    addText(counted(entry.file()));
    addText(entry.name());
    addText(entry.dtype());
    addNumber(entry.shape().size());
    entry.shape().forEach(this::addNumber);
    addNumber(entry.size());
  }

  @Override
  public void take(byte[] bytes, int length) {
    sha256.update(bytes, 0, length);
  }

  /** The digest of all entries; may be called only once. */
  public Sha256 value() {
    return Sha256.of(sha256);
  }

  private void addText(String text) {
    byte[] bytes = utf8(text);
    addNumber(bytes.length);
    sha256.update(bytes);
  }

  private void addNumber(long value) {
    sha256.update(number.putLong(0, value).array());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
