package baton.proofs.cluster;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.JavaProcess;
import baton.coordinator.CoordinatorMain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One coordinator: a process that can be killed, frozen, ended and started. */
final class Member implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(120);
  private static final int BETWEEN_LOOKS_MILLIS = 20;
  private static final int PORT_IN_USE = 3;
  private static final int TRIES = 5;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

  private final String name;
  private final List<String> launcher;
  private final URI uri;
  private final List<String> arguments;
  private final Map<String, String> environment;
  private final Consumer<String> lines;
  private final Starts starts = new Starts();
  private JavaProcess process;
  private long launched;

  /**
   * @param launcher the command prefix that runs it on its host
   * @param lines takes what it prints
   */
  Member(
      String name,
      List<String> launcher,
      URI uri,
      List<String> arguments,
      Map<String, String> environment,
      Consumer<String> lines) {
    this.name = name;
    this.launcher = List.copyOf(launcher);
    this.uri = uri;
    this.arguments = List.copyOf(arguments);
    this.environment = Map.copyOf(environment);
    this.lines = lines;
  }

  String name() {
    return name;
  }

  URI uri() {
    return uri;
  }

  /** How long those starts took that were waited for. */
  Starts starts() {
    return starts;
  }

  /** Starts it; returns at once, long before it is ready. */
  void launch() {
    launched = System.nanoTime();
    process =
        JavaProcess.start(
            launcher,
            CoordinatorMain.class.getName(),
            CoordinatorServer.FLAGS,
            arguments,
            environment,
            line -> lines.accept(name + " " + line));
  }

  /** Starts it; returns once it is ready. */
  void start() throws InterruptedException {
    launch();
    awaitReady();
  }

  /** Returns once it is ready; throws if it has ended by itself. */
  void awaitReady() throws InterruptedException {
    long end = System.nanoTime() + READY_WITHIN.toNanos();
    int tries = 1;
    boolean waited = false;
    while (!isReady()) {
      waited = true;
      if (!process.isAlive()) {
        // While it was down, a client's connection may have been given its port as the local port.
        if (process.awaitEnd() != PORT_IN_USE || tries++ == TRIES) {
          throw new IllegalStateException(name + " ended by itself; see the log.");
        }
        launch();
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "%s was not ready within %d s.".formatted(name, READY_WITHIN.toSeconds()));
      }
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
    }
    if (waited) {
      starts.add(Duration.ofNanos(System.nanoTime() - launched));
    }
  }

  private boolean isReady() throws InterruptedException {
    HttpRequest ready =
        HttpRequest.newBuilder(uri.resolve("/readyz")).timeout(Duration.ofSeconds(2)).build();
    try {
      return HTTP.send(ready, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** SIGKILL; throws if it has ended by itself. */
  void kill() {
    if (!process.isAlive()) {
      throw new IllegalStateException(name + " ended by itself; see the log.");
    }
    process.kill();
  }

  /** SIGTERM, as an upgrade would. */
  void end() {
    process.tellToEnd();
    process.awaitEnd();
  }

  /** SIGSTOP: it does nothing, and its connections stay open. */
  void freeze() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void thaw() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
