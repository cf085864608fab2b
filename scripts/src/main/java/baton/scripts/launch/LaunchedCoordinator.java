package baton.scripts.launch;

import baton.coordinator.CoordinatorMain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A coordinator in a process of its own, which may be killed, and started again on the same data at
 * the same port. It ends with this virtual machine at the latest.
 */
public final class LaunchedCoordinator implements AutoCloseable {
  /** As on a small machine. */
  private static final List<String> FLAGS =
      List.of(
          "-Xmx128m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xss512k",
          "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
          "-Dlogback.configurationFile=logback.xml");

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final int PORT_IN_USE = 3;
  private static final int TRIES = 5;
  private static final int LOG_LINES_TOLD = 5;

  private final Path folder;
  private final Path portFile;
  private final Path tokensFile;
  private final Path log;
  private int port;
  private Process process;
  private long launchedNanos;

  /**
   * @param folder for its data, its tokens and its log
   */
  public LaunchedCoordinator(Path folder) {
    this.folder = folder;
    this.portFile = folder.resolve("port");
    this.tokensFile = folder.resolve("tokens-handed");
    this.log = folder.resolve("coordinator.log");
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end the coordinator"));
  }

  /** Starts it and returns once it is ready; the first start chooses the port. */
  public Duration start() throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      launch();
      awaitReadyOrEnd();
      if (process.isAlive()) {
        Duration took = Duration.ofNanos(System.nanoTime() - launchedNanos);
        port = Integer.parseInt(read(portFile).strip());
        return took;
      }
      // While it was down, a client's own end of a connection may have been given its port.
      if (process.exitValue() != PORT_IN_USE || attempt == TRIES) {
        throw new IllegalStateException(
            "The coordinator ended with exit code %d instead of getting ready; the end of its log %s: %s"
                .formatted(process.exitValue(), log, endOfLog()));
      }
      TimeUnit.MILLISECONDS.sleep(100L * attempt);
    }
  }

  /** Starts it and returns at once, long before it is ready. */
  public void launch() {
    try {
      Files.deleteIfExists(portFile);
      launchedNanos = System.nanoTime();
      process =
          new ProcessBuilder(command())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("A coordinator cannot be launched.", e);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            CoordinatorMain.class.getName(),
            "--data=" + data(),
            "--port=" + port,
            "--port-file=" + portFile,
            "--tokens-file=" + tokensFile));
    return command;
  }

  private void awaitReadyOrEnd() throws InterruptedException {
    while (process.isAlive() && !Files.exists(portFile)) {
      if (System.nanoTime() - launchedNanos > READY_WITHIN.toNanos()) {
        throw new IllegalStateException(
            "The coordinator was not ready within %d s; its log is %s."
                .formatted(READY_WITHIN.toSeconds(), log));
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /**
   * Ends it with SIGKILL, wherever it is.
   *
   * @throws IllegalStateException if it had ended before, by itself
   */
  public void kill() throws InterruptedException {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "The coordinator ended by itself, with exit code %d; the end of its log %s: %s"
              .formatted(process.exitValue(), log, endOfLog()));
    }
    process.destroyForcibly().waitFor();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /**
   * @param role admin, worker or viewer
   */
  public String token(String role) {
    return read(tokensFile)
        .lines()
        .filter(line -> line.startsWith(role + "="))
        .map(line -> line.substring(role.length() + 1))
        .findFirst()
        .orElseThrow();
  }

  /** Its data directory. */
  public Path data() {
    return folder.resolve("data");
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  private String endOfLog() {
    List<String> lines = read(log).lines().toList();
    return lines.stream()
        .skip(Math.max(0, lines.size() - LOG_LINES_TOLD))
        .collect(Collectors.joining(" | "));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("The file " + file + " cannot be read.", e);
    }
  }
}
