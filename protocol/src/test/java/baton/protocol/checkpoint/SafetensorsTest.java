package baton.protocol.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("model.safetensors");
  }

  static Tensor floats(List<Long> shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return Tensor.of("F32", shape, data.flip());
  }

  static Tensor bytes(int... values) {
    byte[] data = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      data[i] = (byte) values[i];
    }
    return Tensor.of("U8", List.of((long) values.length), ByteBuffer.wrap(data));
  }

  @Test
  void theBytesAreThoseOfTheReferenceImplementation() throws IOException {
    SortedMap<String, Tensor> tensors = new TreeMap<>();
    tensors.put("a.seed", bytes(7, 8, 9));
    tensors.put("b.weight", floats(List.of(1L, 2L), 1.5f, -2f));
    tensors.put("c.step", Tensor.of("I64", List.of(), ByteBuffer.allocate(8)));

    Safetensors.write(file, tensors, Map.of("format", "pt"));

    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"c.step\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"b.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]},"
            + "\"a.seed\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[16,19]}}";
    String padded = header + " ".repeat(Math.floorMod(-header.length(), 8));
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(file)))
        .isEqualTo(
            "%02x00000000000000".formatted(padded.length())
                + HexFormat.of().formatHex(padded.getBytes(UTF_8))
                + "0000000000000000"
                + "0000c03f000000c0"
                + "070809");
  }

  @Test
  void whatWasWrittenIsRead() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      SortedMap<String, Tensor> tensors = randomTensors(random);
      Map<String, String> metadata = random.nextBoolean() ? Map.of() : Map.of("k\n\"é", "v😀");
      Path file = folder.resolve(seed + ".safetensors");

      Safetensors.write(file, tensors, metadata);

      assertThat(Safetensors.open(file)).as("seed %d", seed).isEqualTo(tensors);
      assertThat(Safetensors.metadata(file)).as("seed %d", seed).isEqualTo(metadata);
    }
  }

  private static SortedMap<String, Tensor> randomTensors(Random random) {
    SortedMap<String, Tensor> tensors = new TreeMap<>();
    int count = random.nextInt(12);
    for (int i = 0; i < count; i++) {
      Dtype dtype = Dtype.values()[random.nextInt(Dtype.values().length)];
      List<Long> shape = new ArrayList<>();
      int rank = random.nextInt(4);
      for (int d = 0; d < rank; d++) {
        shape.add((long) random.nextInt(6));
      }
      byte[] data = new byte[(int) Tensor.bytes(dtype.name(), shape)];
      random.nextBytes(data);
      String name = "layer\t" + Integer.toString(random.nextInt(), 36) + "é.weight";
      tensors.put(name, Tensor.of(dtype.name(), shape, ByteBuffer.wrap(data)));
    }
    return tensors;
  }

  @Test
  void anExistingFileIsNotOverwritten() throws IOException {
    Files.writeString(file, "precious");

    assertThatThrownBy(() -> Safetensors.write(file, new TreeMap<>(), Map.of()))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("precious");
  }

  @Test
  void aFileOverTwoGibibytesIsMappedTensorByTensor() throws IOException {
    long big = (1L << 31) - 1;
    String header =
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},".formatted(big, big)
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[%d,%d]}}"
                .formatted(big, big + 3);
    writeRaw(header, new byte[0]);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek(8 + header.length() + big);
      sparse.write(new byte[] {1, 2, 3});
    }

    assertThat(Safetensors.open(file).get("b")).isEqualTo(bytes(1, 2, 3));
  }

  @Test
  void aReaderCannotChangeATensor() throws IOException {
    SortedMap<String, Tensor> tensors = new TreeMap<>(Map.of("a", bytes(1, 2)));
    Safetensors.write(file, tensors, Map.of());
    Tensor read = Safetensors.open(file).get("a");

    assertThat(read.data().get()).isEqualTo((byte) 1);
    assertThat(read.data().remaining()).isEqualTo(2);
    assertThat(read.data().isReadOnly()).isTrue();
  }

  @Test
  void aTensorsBytesMustFitItsShape() {
    assertThatThrownBy(() -> floats(List.of(3L), 1f, 2f))
        .hasMessage("a F32 tensor of shape [3] has 12 bytes, not 8");
    assertThatThrownBy(() -> Tensor.of("F33", List.of(), ByteBuffer.allocate(4)))
        .hasMessageContaining("F33");
    assertThatThrownBy(() -> Tensor.of("U8", List.of(-1L, -1L), ByteBuffer.allocate(1)))
        .hasMessageContaining("[-1, -1]");
    assertThatThrownBy(() -> Tensor.bytes("F32", List.of(1L << 40, 1L << 40)))
        .hasMessageContaining("fits no memory");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ ,                                                            | Unexpected character",
        "{\"a                                                          | end-of-input",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[null],\"data_offsets\":[0,2]}}| a dtype and a shape",
        "[]                                                             | begin with '{'",
        "{}{}                                                           | Trailing token",
        "{\"a\":null}                                                   | named a",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2]}}                       | data_offsets",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0]}}  | two numbers",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,3]}}| does not fit",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1.5],\"data_offsets\":[0,2]}}| 1.5",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[\"2\"],\"data_offsets\":[0,2]}}| String value",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}| begins at 1, where 0",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}| take 1 bytes, it has 2",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]}}| take 9 bytes, it has 2",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[-2,0]}}| does not fit",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}| Duplicate",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}| begins at 1, where 2",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[3000000000],\"data_offsets\":[0,3000000000]}}| take 3000000000 bytes, it has 2",
        "{\"__metadata__\":{\"k\":1}}                                   | String"
      })
  void anUnsoundHeaderIsNamedAsSuch(String header, String why) throws IOException {
    writeRaw(header.strip(), new byte[2]);

    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith("model.safetensors is not a sound safetensors file: ")
        .hasMessageContaining(why);
  }

  @Test
  void aDtypeThatThisBatonDoesNotKnowIsALimitOfItsOwn() throws IOException {
    writeRaw("{\"a\":{\"dtype\":\"X9\",\"shape\":[2],\"data_offsets\":[0,2]}}", new byte[2]);

    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(BeyondBatonException.class)
        .hasMessage("this Baton cannot read model.safetensors: the dtype X9 is not known to Baton");
  }

  @Test
  void aTensorOfMoreThan2GiBIsMappedInPieces() throws IOException {
    long bytes = 3L << 30;
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                .formatted(bytes / 4 - 1, bytes - 4)
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
                .formatted(bytes - 4, bytes);
    writeRaw(header, new byte[0]);
    try (FileChannel sparse = FileChannel.open(file, StandardOpenOption.WRITE)) {
      sparse.write(
          ByteBuffer.wrap(littleEndian(0x3f80_0000_4000_0000L)), sparse.size() + bytes - 8);
    }

    var tensors = Safetensors.open(file);

    assertThat(tensors.get("a").size()).isEqualTo(bytes - 4);
    assertThat(tensors.get("a").pieces()).hasSize(3);
    ByteBuffer last = tensors.get("a").pieces().get(2);
    assertThat(last.getFloat(last.limit() - 4)).isEqualTo(2f);
    assertThat(tensors.get("b").data().getFloat()).isEqualTo(1f);
  }

  @Test
  void aHeaderLengthThatCannotBeIsRefusedBeforeMemoryIsTaken() throws IOException {
    for (long length : new long[] {-1, 0, 1, Long.MAX_VALUE, 1L << 40}) {
      Files.write(file, littleEndian(length));
      assertThatThrownBy(() -> Safetensors.open(file))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining(Long.toUnsignedString(length) + " bytes cannot be");
    }
    Files.write(file, littleEndian(100));
    assertThatThrownBy(() -> Safetensors.open(file)).hasMessageContaining("within its header");
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    Safetensors.write(file, new TreeMap<>(Map.of("a", bytes(1, 2, 3))), Map.of("x", "y"));
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Safetensors.open(file))
          .as("cut after %d bytes", length)
          .isInstanceOf(SafetensorsException.class);
    }
  }

  @Test
  void garbageIsNeverReadAndNeverBreaksTheReader() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      byte[] json = new byte[2 + random.nextInt(60)];
      random.nextBytes(json);
      json[0] = '{';
      Files.write(file, concat(littleEndian(json.length), json));
      assertThatThrownBy(() -> Safetensors.open(file))
          .as("seed %d", seed)
          .isInstanceOf(SafetensorsException.class);
    }
  }

  private void writeRaw(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(UTF_8);
    Files.write(file, concat(concat(littleEndian(json.length), json), data));
  }

  private static byte[] littleEndian(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }
}
