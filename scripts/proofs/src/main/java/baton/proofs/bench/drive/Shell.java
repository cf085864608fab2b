package baton.proofs.bench.drive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Runs other programs to their end. */
final class Shell {
  private Shell() {}

  /** The output of a command, and how long it took. */
  record Done(String output, Duration took) {}

  static boolean has(String program) throws InterruptedException {
    try {
      return new ProcessBuilder(program, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  static Done run(List<String> command) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int code = process.waitFor();
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    if (code != 0) {
      throw new IOException("%s ended with %d: %s".formatted(command.get(0), code, output));
    }
    return new Done(output, took);
  }
}
