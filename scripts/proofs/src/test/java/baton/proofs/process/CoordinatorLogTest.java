package baton.proofs.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoordinatorLogTest {
  @TempDir Path folder;

  @Test
  void allIsKeptButTheTokens() throws Exception {
    Path file = folder.resolve("log");
    try (CoordinatorLog log = new CoordinatorLog(file)) {
      log.accept("  admin   baton_admin_s3cret-text");
      log.accept("ready");
    }

    assertThat(Files.readAllLines(file)).containsExactly("  admin   baton_admin_…", "ready");
  }
}
