package baton.protocol.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorePathTest {
  @TempDir Path root;

  @Test
  void aPathOfAManifestLiesUnderTheRoot() {
    assertThat(StorePath.resolve(root, "job/folder/model.safetensors"))
        .isEqualTo(root.resolve("job").resolve("folder").resolve("model.safetensors"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "job/../../x",
        "job/./x",
        "job//x",
        "job/",
        "a\\b",
        "job/\0"
      })
  void aPathThatLeadsOutIsRefused(String path) {
    assertThatThrownBy(() -> StorePath.resolve(root, path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leads out of the store");
  }

  @Test
  void aSymbolicLinkIsNotFollowed(@TempDir Path elsewhere) throws IOException {
    Files.createSymbolicLink(root.resolve("job"), elsewhere);
    assertThatThrownBy(() -> StorePath.resolve(root, "job/secret"))
        .hasMessageContaining("leads out of the store");
  }
}
