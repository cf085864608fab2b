package baton.proofs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/** The memory of a process as Linux counts it: resident now, and the peak since its start. */
record MemoryUse(OptionalLong residentKb, OptionalLong mostKb) {

  /** Empty where there is no {@code /proc}. */
  static MemoryUse of(long pid) {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    try {
      String text = Files.readString(status);
      return new MemoryUse(field(text, "VmRSS:"), field(text, "VmHWM:"));
    } catch (IOException e) {
      return new MemoryUse(OptionalLong.empty(), OptionalLong.empty());
    }
  }

  static OptionalLong field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst();
  }

  @Override
  public String toString() {
    return residentKb.isEmpty()
        ? "not known on this system"
        : String.format(
            Locale.ROOT,
            "%d MB resident (at most %d MB)",
            residentKb.getAsLong() / 1024,
            mostKb.orElse(0) / 1024);
  }
}
