package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchTest {
  @TempDir Path folder;

  @Test
  void whatAKilledSessionLeftIsClearedByTheNext() throws Exception {
    Path left = Files.createDirectories(folder.resolve("baton-scratch-1/save"));
    Files.writeString(left.resolve("model.safetensors"), "half a model");
    Files.createFile(folder.resolve("baton-scratch-1/lock"));
    try (Scratch scratch = Scratch.in(folder)) {
      assertThat(folder.resolve("baton-scratch-1")).doesNotExist();
      assertThat(scratch.folder("save").getParent()).isDirectory();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatALivingSessionUsesIsLeftAlone() throws Exception {
    try (Scratch one = Scratch.in(folder);
        Scratch two = Scratch.in(folder)) {
      assertThat(one.folder("save").getParent()).isDirectory();
      assertThat(two.folder("save").getParent()).isDirectory();
    }
  }

  @Test
  void whatIsNotASessionsIsLeftAlone() throws Exception {
    Path foreign = Files.writeString(folder.resolve("thesis.tex"), "chapter 1");
    Scratch.in(folder).close();
    assertThat(foreign).exists();
  }
}
