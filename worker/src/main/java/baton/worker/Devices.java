package baton.worker;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The devices of this machine, found without a framework: from NVIDIA's own tool, and from Linux. A
 * program gets the kind, {@code cpu} or {@code gpu}; the coordinator gets the name, since an error
 * of the machine bars all devices of one name from a job for a while (R11).
 */
final class Devices {
  static final String CPU = "cpu";
  static final String GPU = "gpu";

  private static final long MOST_SECONDS = 10;
  private static final int LONGEST_NAME = 100;
  private static final Pattern LISTED = Pattern.compile("GPU \\d+: (.+?) *\\(UUID: .*");
  private static final Pattern MODEL = Pattern.compile("(?m)^model name\\s*: *(.+?) *$");
  private static final Pattern MEMORY = Pattern.compile("MemTotal:\\s+(\\d+) kB");
  private static final double KB_IN_GB = 1e9 / 1024;
  private static final Path PROC = Path.of("/proc");

  private Devices() {}

  /** {@code gpu} if {@code nvidia-smi -L} lists one, otherwise {@code cpu}. */
  static String best() {
    return gpu("nvidia-smi", "-L").isPresent() ? GPU : CPU;
  }

  /**
   * The name of a device of this kind, such as {@code NVIDIA A100-SXM4-40GB}, or {@code cpu: 2 x
   * Intel(R) Xeon(R) CPU @ 2.20GHz, 13 GB}. Machines with the same name have the same resources.
   */
  static String name(String kind) {
    String name = kind.equals(GPU) ? gpu("nvidia-smi", "-L").orElse(GPU) : cpu(PROC);
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME).strip();
  }

  /** The name of the first GPU, from a command that lists one per line. */
  static Optional<String> gpu(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(Redirect.PIPE)
              .redirectError(Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      String listed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher first = LISTED.matcher(listed.lines().findFirst().orElse(""));
      return process.exitValue() == 0 && first.matches()
          ? Optional.of(first.group(1))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // Without the tool there is no driver either.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /**
   * @param proc where Linux describes the machine
   */
  static String cpu(Path proc) {
    Optional<String> model = find(MODEL, proc.resolve("cpuinfo"));
    Optional<String> memory = find(MEMORY, proc.resolve("meminfo"));
    return "cpu: %d x %s%s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            model.orElse(System.getProperty("os.arch")),
            memory.map(kb -> ", %d GB".formatted(gigabytes(kb))).orElse(""));
  }

  private static long gigabytes(String kb) {
    return Math.round(Long.parseLong(kb) / KB_IN_GB);
  }

  private static Optional<String> find(Pattern pattern, Path file) {
    try {
      Matcher found = pattern.matcher(Files.readString(file));
      return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
