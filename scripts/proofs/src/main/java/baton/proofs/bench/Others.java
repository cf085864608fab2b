package baton.proofs.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * The share of this machine's processors that other programs used during a measurement: the figures
 * of a busy machine say little.
 */
public final class Others {
  private static final Path STAT = Path.of("/proc/stat");
  private static final int IDLE = 3;
  private static final int WAITING_FOR_DISKS = 4;

  /** User, nice, system, idle, I/O wait, two kinds of interrupts, stolen; user includes guests. */
  private static final int FIELDS = 8;

  private static final double TICKS_IN_A_SECOND = 100;
  private static final double MUCH = 0.05;

  private final long begun = System.nanoTime();
  private final double busyAtBegin = busySeconds();
  private final double ownAtBegin = ownSeconds();

  /** The share of all processors that others used since this object was created; NaN if unknown. */
  public double share() {
    double seconds = (System.nanoTime() - begun) / 1e9;
    return share(
        busySeconds() - busyAtBegin,
        ownSeconds() - ownAtBegin,
        seconds * Runtime.getRuntime().availableProcessors());
  }

  static double share(double busy, double own, double whole) {
    return Math.max(0, busy - own) / whole;
  }

  /** One line for people. */
  public static String line(double share) {
    return Double.isNaN(share)
        ? "what other programs took of the processors is not known here"
        : String.format(
            Locale.ROOT,
            "other programs took %.0f %% of the processors%s",
            100 * share,
            share > MUCH ? ": DISTURBED, measure again on a quiet machine" : "");
  }

  private static double busySeconds() {
    try {
      return busySeconds(Files.readString(STAT));
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  static double busySeconds(String stat) {
    long[] ticks =
        Arrays.stream(stat.lines().findFirst().orElseThrow().split(" +"))
            .skip(1)
            .limit(FIELDS)
            .mapToLong(Long::parseLong)
            .toArray();
    long idle = ticks[IDLE] + ticks[WAITING_FOR_DISKS];
    return (Arrays.stream(ticks).sum() - idle) / TICKS_IN_A_SECOND;
  }

  private static double ownSeconds() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e9
        : Double.NaN;
  }
}
