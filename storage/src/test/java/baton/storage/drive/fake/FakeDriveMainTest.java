package baton.storage.drive.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fake as a process, as scripts start it. */
class FakeDriveMainTest {
  @TempDir Path folder;

  @Test
  void aScriptReadsTheAddressAndATokenFromTheFirstLine() throws Exception {
    Path faults = Files.writeString(folder.resolve("faults"), "about 1 refuse 503 backendError\n");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                FakeDriveMain.class.getName(),
                "0",
                faults.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = process.inputReader()) {
      String[] words = lines.readLine().split(" ");
      RawCalls calls = new RawCalls(URI.create(words[1]), words[7]);
      String about = "drive/v3/about?fields=user";
      assertThat(calls.get(about).statusCode()).isEqualTo(503);
      assertThat(calls.get(about).statusCode()).isEqualTo(200);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
