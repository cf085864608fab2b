package baton.storage.drive.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fake is held to a second opinion: Google's official Python client plays all that Baton needs
 * of Drive against it. {@code -Dbaton.drive.python} names a Python that has the client, see {@code
 * src/test/python/requirements.txt}.
 */
@EnabledIfSystemProperty(named = "baton.drive.python", matches = ".+")
class FakeDriveByGoogleTest {
  private static final long SECONDS = 60;

  @TempDir Path folder;

  @Test
  void googlesOwnClientFindsWhatItExpectsOfDrive() throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    try (FakeDrive drive = FakeDrive.start(folder.resolve("drive"), 0, InstantSource.system())) {
      Process python =
          new ProcessBuilder(
                  System.getProperty("baton.drive.python"),
                  "src/test/python/drive_by_google.py",
                  drive.base().toString(),
                  "client",
                  drive.auth().consent("client", "a@b.c", FakeAuth.DRIVE_FILE),
                  drive.auth().accessToken("client", "a@b.c", FakeAuth.DRIVE_FILE))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = python.waitFor(SECONDS, TimeUnit.SECONDS);
      python.destroyForcibly();
      assertThat(Files.readString(output)).endsWith("GOOGLE OK\n");
      assertThat(ended).isTrue();
    }
  }
}
