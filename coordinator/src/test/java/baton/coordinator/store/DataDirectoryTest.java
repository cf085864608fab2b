package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path parent;

  @Test
  void aNewFolderIsReadableByItsUserAlone() throws IOException {
    FileStore disk = Files.getFileStore(parent);
    assumeTrue(disk.supportsFileAttributeView(PosixFileAttributeView.class), "no POSIX rights");
    Path folder = parent.resolve("not/there/yet");

    try (DataDirectory opened = DataDirectory.open(folder)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(opened.folder())))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void aSecondCoordinatorIsTurnedAwayWithARemedy() {
    try (DataDirectory first = DataDirectory.open(parent)) {
      assertThatThrownBy(() -> DataDirectory.open(first.folder()))
          .isInstanceOf(DataDirectoryException.class)
          .hasMessage(
              "Another coordinator (process %d) uses the data directory %s. Stop that one first, or name another data directory for this one."
                  .formatted(ProcessHandle.current().pid(), parent));
    }
  }

  @Test
  void theFolderIsFreeOnceItsCoordinatorHasStopped() {
    DataDirectory.open(parent).close();

    try (DataDirectory second = DataDirectory.open(parent)) {
      assertThat(second.database().getParent()).isEqualTo(parent);
    }
  }

  @Test
  void aFileInPlaceOfTheFolderIsToldAsSuch() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "text");

    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("is a file, not a folder");
    assertThat(file).hasContent("text");
  }

  @Test
  void aFolderThatCannotBeMadeIsToldWithItsReason() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "text");

    assertThatThrownBy(() -> DataDirectory.open(file.resolve("folder")))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("cannot be used")
        .hasMessageContaining("name another");
  }
}
