package baton.protocol.checkpoint;

import static baton.protocol.checkpoint.SafetensorsTest.bytes;
import static baton.protocol.checkpoint.SafetensorsTest.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDigestTest {
  @TempDir Path root;
  private int folders;

  @Test
  void itIsComputedAsDocumented() throws IOException {
    Path folder = folder(Map.of("b", floats(List.of(1L, 2L), 1f, 2f), "a", bytes(9)), "{}");
    ByteArrayOutputStream fed = new ByteArrayOutputStream();
    fed.writeBytes("baton-state-1".getBytes(StandardCharsets.UTF_8));
    feed(fed, "model.safetensors", "a", "U8", 1L, 1L, 1L);
    fed.write(9);
    feed(fed, "model.safetensors", "b", "F32", 2L, 1L, 2L, 8L);
    fed.writeBytes(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40});
    feed(fed, "state.json", "", "BYTES", 1L, 2L, 2L);
    fed.writeBytes("{}".getBytes(StandardCharsets.UTF_8));

    assertThat(StateDigest.of(folder)).isEqualTo(Sha256.of(fed.toByteArray()));
  }

  private static void feed(
      ByteArrayOutputStream fed, String file, String name, String dtype, Long... numbers) {
    for (String text : List.of(file, name, dtype)) {
      fed.writeBytes(littleEndian(text.length()));
      fed.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
    for (long number : numbers) {
      fed.writeBytes(littleEndian(number));
    }
  }

  private static byte[] littleEndian(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  @Test
  void whatIsNoStateDoesNotEnterIt() throws IOException {
    Path plain = folder(Map.of("a", bytes(1)), "{}");
    Path other = newFolder();
    Safetensors.write(
        other.resolve("model.safetensors"),
        new TreeMap<>(Map.of("a", bytes(1))),
        Map.of("written", "elsewhere"));
    Files.writeString(other.resolve("state.json"), "{}");
    Files.writeString(other.resolve("manifest.json"), "a parent's digest and more");

    assertThat(StateDigest.of(other)).isEqualTo(StateDigest.of(plain));
  }

  @Test
  void everyDifferenceInStateShows() throws IOException {
    List<Path> different =
        List.of(
            folder(Map.of("a", bytes(1, 2)), "{}"),
            folder(Map.of("a", bytes(1, 3)), "{}"),
            folder(Map.of("b", bytes(1, 2)), "{}"),
            folder(Map.of("a", Tensor.of("I8", List.of(2L), bytes(1, 2).data())), "{}"),
            folder(Map.of("a", Tensor.of("U8", List.of(1L, 2L), bytes(1, 2).data())), "{}"),
            folder(Map.of("a", Tensor.of("U8", List.of(2L, 1L), bytes(1, 2).data())), "{}"),
            folder(Map.of("a", bytes(1), "b", bytes(2)), "{}"),
            folder(Map.of("a", bytes(1, 2), "b", bytes()), "{}"),
            folder(Map.of("a", bytes(1, 2)), "{ }"),
            folder(Map.of(), "{}"));

    Set<Sha256> digests = new HashSet<>();
    for (Path folder : different) {
      digests.add(StateDigest.of(folder));
    }
    assertThat(digests).hasSameSizeAs(different);
  }

  @Test
  void aTensorInAnotherFileIsAnotherState() throws IOException {
    Path folder = folder(Map.of("a", bytes(1)), "{}");
    Sha256 before = StateDigest.of(folder);
    Files.move(folder.resolve("model.safetensors"), folder.resolve("optimizer.safetensors"));

    assertThat(StateDigest.of(folder)).isNotEqualTo(before);
  }

  @Test
  void aTensorOfTheModelMayLieInEitherOfItsFiles() throws IOException {
    Path whole = folder(Map.of("a", bytes(1), "b", bytes(2), "c", bytes(3)), "{}");
    Path parted = folder(Map.of("a", bytes(1), "c", bytes(3)), "{}");
    Safetensors.write(
        parted.resolve("frozen.safetensors"), new TreeMap<>(Map.of("b", bytes(2))), Map.of());

    assertThat(StateDigest.of(parted)).isEqualTo(StateDigest.of(whole));
  }

  @Test
  void aTensorInBothFilesOfTheModelHasNoDigest() throws IOException {
    Path folder = folder(Map.of("a", bytes(1)), "{}");
    Files.copy(folder.resolve("model.safetensors"), folder.resolve("frozen.safetensors"));

    assertThatThrownBy(() -> StateDigest.of(folder))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("the tensor a stands in two files");
  }

  @Test
  void anEmptyFolderHasNoState() throws IOException {
    Path empty = newFolder();
    assertThatThrownBy(() -> StateDigest.of(empty))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("no state");
  }

  @Test
  void anUnsoundFileHasNoDigest() throws IOException {
    Path folder = folder(Map.of("a", bytes(1)), "{}");
    Files.writeString(folder.resolve("extra.safetensors"), "not tensors");
    assertThatThrownBy(() -> StateDigest.of(folder)).isInstanceOf(SafetensorsException.class);
  }

  private Path folder(Map<String, Tensor> model, String state) throws IOException {
    Path folder = newFolder();
    Safetensors.write(folder.resolve("model.safetensors"), new TreeMap<>(model), Map.of());
    Files.writeString(folder.resolve("state.json"), state);
    return folder;
  }

  private Path newFolder() throws IOException {
    return Files.createDirectory(root.resolve("state-" + folders++));
  }
}
