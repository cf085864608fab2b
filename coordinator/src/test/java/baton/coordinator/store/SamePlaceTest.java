package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is acknowledged lands in the file that the next coordinator opens, or is not acknowledged.
 */
class SamePlaceTest {
  @TempDir Path folder;

  private Duration now = Duration.ofDays(9);
  private Path file;
  private SamePlace place;

  @BeforeEach
  void aDatabaseThatIsOpen() throws IOException {
    file = Files.createFile(folder.resolve("baton.db"));
    place = new SamePlace(file, () -> now);
    place.check();
    now = now.plusSeconds(1);
  }

  @Test
  void aFileThatWasDeletedIsNoticed() throws IOException {
    Files.delete(file);

    assertThatThrownBy(place::check)
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("was deleted, moved or replaced");
  }

  @Test
  void aBackupThatWasCopiedOverItsPlaceIsNoticed() throws IOException {
    Path backup = Files.createFile(folder.resolve("backup.db"));
    Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(place::check).isInstanceOf(StoreUnavailable.class);
  }

  @Test
  void aFileThatIsMovedBackIsGoneOnWith() throws IOException {
    Path elsewhere = Files.move(file, folder.resolve("elsewhere"));
    assertThatThrownBy(place::check).isInstanceOf(StoreUnavailable.class);
    Files.move(elsewhere, file);
    now = now.plusSeconds(1);

    assertThatCode(place::check).doesNotThrowAnyException();
  }
}
