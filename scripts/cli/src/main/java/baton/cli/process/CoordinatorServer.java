package baton.cli.process;

import baton.coordinator.CoordinatorMain;
import baton.protocol.client.CoordinatorClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * A coordinator in a process of its own, over one data directory: it can be killed, and started
 * again at the same port.
 */
public final class CoordinatorServer implements AutoCloseable {
  /** What a small VM would give it. */
  public static final List<String> FLAGS =
      List.of(
          "-Xmx128m",
          "-XX:+UseSerialGC",
          "-Xss512k",
          "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");

  /** A heap of its own for each of many threads would take more memory than all they hold. */
  private static final Map<String, String> SURROUNDINGS = Map.of("MALLOC_ARENA_MAX", "2");

  private static final Duration MOST_TO_START = Duration.ofSeconds(60);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
  private static final int PORT_IN_USE = 3;
  private static final int TRIES = 5;

  private final Path folder;
  private final Optional<Path> store;
  private final Consumer<String> lines;
  private final List<String> more;
  private final Map<String, String> environment;
  private JavaProcess process;
  private int port;

  /**
   * @param folder for its data, its port and its tokens
   * @param store a directory store that it checks and tidies itself
   */
  public CoordinatorServer(Path folder, Optional<Path> store, Consumer<String> lines) {
    this(folder, store, lines, List.of());
  }

  /**
   * @param more of a coordinator's options
   */
  public CoordinatorServer(
      Path folder, Optional<Path> store, Consumer<String> lines, List<String> more) {
    this(folder, store, lines, more, Map.of());
  }

  /**
   * @param environment added to this one's
   */
  public CoordinatorServer(
      Path folder,
      Optional<Path> store,
      Consumer<String> lines,
      List<String> more,
      Map<String, String> environment) {
    this.environment = new HashMap<>(SURROUNDINGS);
    this.environment.putAll(environment);
    this.folder = folder;
    this.store = store;
    this.lines = lines;
    this.more = List.copyOf(more);
  }

  /** Starts it; returns once it is ready, with the time that took. */
  public Duration start() {
    for (int attempt = 1; ; attempt++) {
      long begun = System.nanoTime();
      launch();
      if (awaitReadyOrEnd(begun)) {
        port = Integer.parseInt(read(portFile()).strip());
        return Duration.ofNanos(System.nanoTime() - begun);
      }
      // While it was down, a client's own end of a connection may have been given its port.
      if (process.awaitEnd() != PORT_IN_USE || attempt == TRIES) {
        throw new IllegalStateException("the coordinator did not become ready");
      }
      pause(Duration.ofMillis(100L * attempt));
    }
  }

  /** Starts it; returns at once, long before it is ready. */
  public void launch() {
    try {
      Files.deleteIfExists(portFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--data", data().toString(),
                "--port", Integer.toString(port),
                "--port-file", portFile().toString(),
                "--tokens-file", folder.resolve("tokens").toString()));
    arguments.addAll(more);
    store.ifPresent(directory -> arguments.addAll(List.of("--store-dir", directory.toString())));
    process = JavaProcess.start(CoordinatorMain.class, FLAGS, arguments, environment, lines);
  }

  private boolean awaitReadyOrEnd(long begun) {
    while (!Files.exists(portFile())) {
      if (!process.isAlive()) {
        return false;
      }
      if (System.nanoTime() - begun > MOST_TO_START.toNanos()) {
        throw new IllegalStateException(
            "the coordinator was not ready after %d s: this machine may be too busy; try again"
                .formatted(MOST_TO_START.toSeconds()));
      }
      pause(BETWEEN_LOOKS);
    }
    return true;
  }

  /** Whether it runs; one that was not killed and does not has ended by itself. */
  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Its data directory. */
  public Path data() {
    return data(folder);
  }

  /** The data directory of a coordinator over this folder. */
  public static Path data(Path folder) {
    return folder.resolve("data");
  }

  private Path portFile() {
    return folder.resolve("port");
  }

  public void kill() {
    process.kill();
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The token of a role: {@code admin}, {@code worker} or {@code viewer}. */
  public String token(String role) {
    Properties tokens = new Properties();
    try (var reader = Files.newBufferedReader(folder.resolve("tokens"))) {
      tokens.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tokens.getProperty(role);
  }

  public CoordinatorClient client(String role) {
    return new CoordinatorClient(uri(), token(role));
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pause(Duration length) {
    try {
      Thread.sleep(length.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
