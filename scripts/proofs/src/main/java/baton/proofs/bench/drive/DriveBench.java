package baton.proofs.bench.drive;

import baton.protocol.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code bench drive}: measures uploads and downloads, in turn with curl and rclone.
 */
@Command(
    name = "drive",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Moves a file to a fake Drive on loopback and back, verified, in turn with curl to the same",
      "server and with rclone to its own WebDAV server."
    })
public final class DriveBench implements Callable<Integer> {
  private static final int MIB = 1 << 20;
  private static final int SMALL_MIB = 64;
  private static final double OF_CURL = 0.9;
  private static final double OF_RCLONE = 5;

  @Spec private CommandSpec spec;

  @Option(names = "--mib", defaultValue = "1024", description = "Default: ${DEFAULT-VALUE}")
  private int mib;

  @Option(names = "--rounds", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where all files lie; it needs four times the size. Default: ${DEFAULT-VALUE}")
  private Path directory;

  private final Map<String, List<Double>> up = new LinkedHashMap<>();
  private final Map<String, List<Double>> down = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(directory, "baton-bench-");
    try (Sink sink = new Sink(folder)) {
      Path file = folder.resolve("file");
      Sha256 sha256 = fill(file, mib);
      List<Mover> movers = movers(folder, sink);
      try {
        for (int round = 0; round < rounds; round++) {
          for (int i = 0; i < movers.size(); i++) {
            measure(movers.get((round + i) % movers.size()), file, folder, sha256);
          }
        }
      } finally {
        movers.forEach(Mover::close);
      }
      report();
      reportMemory(new BatonMover(sink), folder);
      return 0;
    } finally {
      delete(folder);
    }
  }

  private List<Mover> movers(Path folder, Sink sink) throws IOException, InterruptedException {
    List<Mover> movers = new ArrayList<>(List.of(new BatonMover(sink)));
    if (Shell.has("curl")) {
      movers.add(new CurlMover(sink));
    } else {
      say("curl is not there (on Debian: apt-get install curl): nothing to compare with.");
    }
    if (Shell.has("rclone")) {
      movers.add(new RcloneMover(folder.resolve("rclone")));
    } else {
      say("rclone is not there (on Debian: apt-get install rclone): not compared with it.");
    }
    return movers;
  }

  private void measure(Mover mover, Path file, Path folder, Sha256 sha256)
      throws IOException, InterruptedException {
    Path copy = folder.resolve("copy");
    double put = rate(mover.put(file, sha256));
    double get = rate(mover.get(copy, sha256));
    if (!Sha256.ofFile(copy).equals(sha256)) {
      throw new IOException(mover.name() + " brought other bytes back");
    }
    mover.clean();
    Files.delete(copy);
    up.computeIfAbsent(mover.name(), name -> new ArrayList<>()).add(put);
    down.computeIfAbsent(mover.name(), name -> new ArrayList<>()).add(get);
    say("%-7s up %6.0f MB/s, down %6.0f MB/s", mover.name(), put, get);
  }

  private double rate(Duration took) {
    return mib * (double) MIB / 1e6 / (took.toNanos() / 1e9);
  }

  private void report() {
    say("");
    say("Medians of %d rounds of %d MiB:", rounds, mib);
    say("%-7s %12s %14s", "", "upload MB/s", "download MB/s");
    for (String name : up.keySet()) {
      say("%-7s %12.0f %14.0f", name, median(up.get(name)), median(down.get(name)));
    }
    compare("curl", OF_CURL);
    compare("rclone", OF_RCLONE);
  }

  private void compare(String other, double goal) {
    if (up.containsKey(other)) {
      double upwards = median(up.get("Baton")) / median(up.get(other));
      double downwards = median(down.get("Baton")) / median(down.get(other));
      say(
          "Of %s: upload %.2f, download %.2f (goal: at least %.1f, %s)",
          other,
          upwards,
          downwards,
          goal,
          Math.min(upwards, downwards) >= goal ? "met" : "NOT met");
    }
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private void reportMemory(BatonMover mover, Path folder)
      throws IOException, InterruptedException {
    for (int size : new int[] {SMALL_MIB, mib}) {
      Path file = folder.resolve("file");
      Sha256 sha256 = fill(file, size);
      mover.put(file, sha256);
      long put = mover.peakKb();
      mover.get(folder.resolve("copy"), sha256);
      say(
          "Peak memory of the JVM with %4d MiB: upload %d MB, download %d MB",
          size, put / 1024, mover.peakKb() / 1024);
      mover.clean();
    }
  }

  /** Random bytes, which nothing on the way can compress. */
  private static Sha256 fill(Path file, int mib) throws IOException {
    Random random = new Random(mib);
    byte[] bytes = new byte[MIB];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < mib; i++) {
        random.nextBytes(bytes);
        out.write(bytes);
      }
    }
    return Sha256.ofFile(file);
  }

  private void say(String line, Object... values) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(values.length == 0 ? line : String.format(Locale.ROOT, line, values));
    out.flush();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
