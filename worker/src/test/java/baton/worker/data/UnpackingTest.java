package baton.worker.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackingTest {
  private static final DataFile FILE =
      new DataFile("a.tar", 1, Sha256.ofText(""), new DataSource.Directory("/nowhere"));

  @TempDir Path folder;
  private Path into;
  private final AtomicLong moved = new AtomicLong();

  @BeforeEach
  void aPlace() throws IOException {
    into = Files.createDirectory(folder.resolve("into"));
  }

  private void unpack(Samples.Content content) throws Exception {
    Path tar = Samples.tar(folder.resolve("a.tar"), content);
    new Unpacking(FILE, into, moved::addAndGet).run(tar);
  }

  @Test
  void filesAndFoldersAreUnpackedByteForByte() throws Exception {
    byte[] large = Samples.bytes(700_001, 1);
    unpack(
        tar -> {
          Samples.plain("./s1/bbaf2n/000.png", large).into(tar);
          Samples.plain("s1/empty", new byte[0]).into(tar);
          Samples.plain("name with spaces, ä and 漢", new byte[] {1}).into(tar);
          Samples.plain("x/".repeat(80) + "deep", new byte[] {2}).into(tar);
        });
    assertThat(into.resolve("s1/bbaf2n/000.png")).hasBinaryContent(large);
    assertThat(into.resolve("s1/empty")).isEmptyFile();
    assertThat(into.resolve("name with spaces, ä and 漢")).exists();
    assertThat(into.resolve("x/".repeat(80) + "deep")).exists();
    assertThat(moved).hasValue(700_003);
  }

  @Test
  void whatAKilledAttemptLeftIsOverwritten() throws Exception {
    Files.writeString(into.resolve("f"), "half of something longer");
    unpack(Samples.plain("f", new byte[] {7}));
    assertThat(into.resolve("f")).hasBinaryContent(new byte[] {7});
  }

  @ParameterizedTest
  @ValueSource(strings = {"../out", "a/../../out", "/out", "a/./b", "a//../..", "..", "a\\..\\out"})
  void aPathThatLeadsOutEndsIt(String name) {
    assertUnsound(Samples.plain(name, new byte[] {1}), "leads out");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  static Stream<Samples.Content> specials() {
    return Stream.of(
        Samples.special("link", TarConstants.LF_SYMLINK, "/etc"),
        Samples.special("link", TarConstants.LF_LINK, "../secret"),
        Samples.special("pipe", TarConstants.LF_FIFO, ""),
        Samples.special("device", TarConstants.LF_CHR, ""),
        Samples.special("device", TarConstants.LF_BLK, ""));
  }

  @ParameterizedTest
  @MethodSource("specials")
  void aLinkOrADeviceEndsIt(Samples.Content special) {
    assertUnsound(special, "neither a plain file nor a folder");
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void aLinkThatSomebodyPlantedInThePlaceIsNotFollowed() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(into.resolve("s1"), outside);
    assertUnsound(Samples.plain("s1/f", new byte[] {1}), "leads out");
    assertThat(outside).isEmptyDirectory();
  }

  static Stream<Samples.Content> filesThatAreFolders() {
    Samples.Content file = Samples.plain("a", new byte[] {1});
    Samples.Content inside = Samples.plain("a/b", new byte[] {2});
    Samples.Content deep = Samples.plain("a/b/c", new byte[] {3});
    return Stream.of(both(file, inside), both(inside, file), both(file, deep));
  }

  private static Samples.Content both(Samples.Content first, Samples.Content second) {
    return tar -> {
      first.into(tar);
      second.into(tar);
    };
  }

  @ParameterizedTest
  @MethodSource("filesThatAreFolders")
  void aFileThatIsAlsoAFolderIsTheArchivesFault(Samples.Content content) {
    assertUnsound(content, "a file that is also a folder");
  }

  @Test
  void aNameThatNoDiskTakesIsTheArchivesFault() {
    assertUnsound(Samples.plain("d/" + "x".repeat(300), new byte[] {1}), "over 255 bytes");
  }

  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_GNUTYPE_LONGNAME, TarConstants.LF_PAX_EXTENDED_HEADER_LC})
  void aNameOfMegabytesIsRefusedBeforeItIsInMemory(byte type) {
    byte[] name = ("4000000 path=" + "x".repeat(4_000_000)).getBytes(StandardCharsets.UTF_8);
    Samples.Content content =
        tar -> {
          TarArchiveEntry header = new TarArchiveEntry("name", type);
          header.setSize(name.length);
          tar.putArchiveEntry(header);
          tar.write(name);
          tar.closeArchiveEntry();
          Samples.plain("f", new byte[] {1}).into(tar);
        };
    assertUnsound(content, "no sound tar archive");
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void whatIsNoArchiveIsToldSo() throws Exception {
    Path tar = Files.write(folder.resolve("a.tar"), Samples.bytes(2_000, 3));
    assertThatThrownBy(() -> new Unpacking(FILE, into, moved::addAndGet).run(tar))
        .isInstanceOf(TroubleException.class)
        .hasMessageContaining("no sound tar archive");
  }

  @Test
  void anArchiveThatEndsTooSoonIsToldSo() throws Exception {
    Path tar = Samples.tar(folder.resolve("a.tar"), Samples.plain("f", Samples.bytes(9_000, 1)));
    byte[] whole = Files.readAllBytes(tar);
    Files.write(tar, Arrays.copyOf(whole, 3_000));
    assertThatThrownBy(() -> new Unpacking(FILE, into, moved::addAndGet).run(tar))
        .isInstanceOf(TroubleException.class)
        .hasMessageContaining("ends too soon");
  }

  private void assertUnsound(Samples.Content content, String why) {
    assertThatThrownBy(() -> unpack(content))
        .isInstanceOfSatisfying(
            TroubleException.class,
            e -> {
              assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.PROGRAM);
              assertThat(e.trouble().message()).contains("a.tar").contains(why);
            });
  }
}
