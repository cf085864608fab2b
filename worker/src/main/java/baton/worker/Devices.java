package baton.worker;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The kinds of device of this machine, told without a framework: by NVIDIA's own tool. */
final class Devices {
  private static final long MOST_SECONDS = 10;

  private Devices() {}

  /** {@code gpu} where {@code nvidia-smi -L} lists one, else {@code cpu}. */
  static String best() {
    return best("nvidia-smi", "-L");
  }

  /** The same, by another command that lists a GPU a line. */
  static String best(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(Redirect.PIPE)
              .redirectError(Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "cpu";
      }
      String listed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.exitValue() == 0 && listed.startsWith("GPU ") ? "gpu" : "cpu";
    } catch (IOException e) {
      return "cpu"; // There is no such tool, so there is no driver.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "cpu";
    }
  }
}
