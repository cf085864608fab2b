package baton.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.storage.drive.Bench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PutTest {
  private static final long MOST = 1_000_000;

  @TempDir Path folder;
  @TempDir Path spool;
  @TempDir Path targets;

  @BeforeEach
  void aFolder() throws IOException {
    for (int i = 0; i < 5; i++) {
      Path file = folder.resolve("speaker-" + i).resolve("clip.bin");
      Files.createDirectories(file.getParent());
      Files.write(file, random(400_000, i));
    }
    Files.writeString(folder.resolve("labels.csv"), "a,b\n");
  }

  private static byte[] random(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private Data put(Path from, ArchiveTarget target) throws Exception {
    return Put.of(from, MOST, spool).to(target, "clips", moved -> {});
  }

  @Test
  void theSameFolderGivesTheSameDigestsOnEveryMachine(@TempDir Path copy) throws Exception {
    Data first = put(folder, new DirectoryTarget(targets.resolve("a")));
    // Another order of creation, other times and rights.
    for (Folder.Item item : Folder.of(folder).items().stream().sorted((a, b) -> -1).toList()) {
      Path file = copy.resolve(item.path());
      Files.createDirectories(file.getParent());
      Files.copy(item.file(), file);
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(12_345_678)));
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    Data second = put(copy, new DirectoryTarget(targets.resolve("b")));

    assertThat(second.digest()).isEqualTo(first.digest());
    assertThat(first.files()).hasSize(3);
    assertThat(first.files()).extracting(DataFile::path).isSorted();
  }

  @Test
  void aChangedByteIsOtherData() throws Exception {
    Data first = put(folder, new DirectoryTarget(targets.resolve("a")));
    Files.writeString(folder.resolve("labels.csv"), "a,c\n");
    Data second = put(folder, new DirectoryTarget(targets.resolve("a")));
    assertThat(second.digest()).isNotEqualTo(first.digest());
  }

  @Test
  void whatIsThereIsNotSentAgain() throws Exception {
    ArchiveTarget target = new DirectoryTarget(targets.resolve("a"));
    Data data = put(folder, target);
    Path second = targets.resolve("a").resolve(data.files().get(1).path());
    Files.write(second, new byte[] {1}); // torn, or edited by hand

    AtomicLong moved = new AtomicLong();
    Put again = Put.of(folder, MOST, spool);
    assertThat(again.to(target, "clips", moved::addAndGet)).isEqualTo(data);

    assertThat(again.sent()).isEqualTo(1);
    assertThat(moved).hasValue(data.bytes());
    assertThat(second).hasSize(data.files().get(1).size());
    assertThat(spool).isEmptyDirectory();
  }

  @Test
  void onDriveTooWhatIsThereIsNotSentAgain() throws Exception {
    try (Bench bench = new Bench(targets.resolve("drive"), 1)) {
      Data data = put(folder, new DriveTarget(bench.open(), "data/clips"));
      assertThat(data.files())
          .extracting(DataFile::source)
          .hasOnlyElementsOfType(DataSource.DriveFile.class);
      bench.drive().files().delete(((DataSource.DriveFile) data.files().get(2).source()).id());

      Put again = Put.of(folder, MOST, spool);
      Data second = again.to(new DriveTarget(bench.open(), "data/clips"), "clips", moved -> {});

      assertThat(again.sent()).isEqualTo(1);
      assertThat(second.digest()).isEqualTo(data.digest());
      assertThat(second.files().subList(0, 2)).isEqualTo(data.files().subList(0, 2));
      for (DataFile file : second.files()) {
        assertThat(bench.drive().files().named(file.path())).hasSize(1);
      }
    }
  }

  @Test
  void aFileLargerThanAShardHasOneOfItsOwn() throws Exception {
    Files.write(folder.resolve("huge.bin"), random(3_000_000, 9));
    Data data = put(folder, new DirectoryTarget(targets.resolve("a")));
    assertThat(data.files()).extracting(DataFile::size).anyMatch(size -> size > 3_000_000);
  }

  @Test
  void aLinkIsRefusedAndNothingIsPut() throws Exception {
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("labels.csv"));
    assertThatThrownBy(() -> Put.of(folder, MOST, spool))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("link")
        .hasMessageContaining("neither a plain file nor a folder");
  }

  @Test
  void anEmptyFolderIsRefused(@TempDir Path empty) {
    for (Path path : List.of(empty, empty.resolve("missing"))) {
      assertThatThrownBy(() -> Put.of(path, MOST, spool))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("to pack.");
    }
  }
}
