package baton.proofs.bench.drive;

import baton.cli.process.JavaProcess;
import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Baton's own Drive store, in a JVM like a worker's, after a small file as warm-up. */
final class BatonMover implements Mover {
  private static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-Xmx256m");
  private static final Pattern MOVED =
      Pattern.compile("MOVED nanos=(\\d+) id=(\\S+) peakKb=(\\d+)");

  private final Sink sink;
  private String id = "";
  private long peakKb;

  BatonMover(Sink sink) {
    this.sink = sink;
  }

  @Override
  public String name() {
    return "Baton";
  }

  /** The peak memory of the last move. */
  long peakKb() {
    return peakKb;
  }

  @Override
  public Duration put(Path file, Sha256 sha256) throws IOException {
    Matcher moved = run("put", file.toString(), sha256.hex());
    id = moved.group(2);
    return Duration.ofNanos(Long.parseLong(moved.group(1)));
  }

  @Override
  public Duration get(Path into, Sha256 sha256) throws IOException {
    return Duration.ofNanos(Long.parseLong(run("get", into.toString(), sha256.hex(), id).group(1)));
  }

  private Matcher run(String... what) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(sink.address()));
    arguments.addAll(List.of(what));
    List<String> lines = new CopyOnWriteArrayList<>();
    JavaProcess process =
        JavaProcess.start(DriveMoverMain.class, FLAGS, arguments, sink.signIn(), lines::add);
    int code = process.awaitEnd();
    for (String line : lines) {
      Matcher moved = MOVED.matcher(line);
      if (code == 0 && moved.matches()) {
        peakKb = Long.parseLong(moved.group(3));
        return moved;
      }
    }
    throw new IOException("Baton moved nothing: " + String.join(" ", lines));
  }

  @Override
  public void clean() throws IOException, InterruptedException {
    sink.delete(id);
  }
}
