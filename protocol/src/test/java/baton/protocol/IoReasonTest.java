package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class IoReasonTest {
  @Test
  void aReasonIsToldWithoutThePath() {
    assertThat(IoReason.of(new NoSuchFileException("/x"))).isEqualTo("no such file or directory");
    assertThat(IoReason.of(new NoSuchFileException("/x", null, "it was empty")))
        .isEqualTo("it was empty");
    assertThat(IoReason.of(new AccessDeniedException("/x"))).isEqualTo("access denied");
    assertThat(IoReason.of(new FileSystemException("/x", null, "No space left on device")))
        .isEqualTo("No space left on device");
    assertThat(IoReason.of(new IOException("cut"))).isEqualTo("cut");
    assertThat(IoReason.of(new IOException())).isEqualTo("IOException");
  }
}
